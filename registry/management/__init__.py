"""Management of an installation."""
