"""The command `assay`: what a person or a script asks any Assay server."""
