"""The documentation: it is complete, its links lead somewhere, its examples work."""
