"""The version of Assay, which evidence and pages name."""

VERSION = "0.1.0"
