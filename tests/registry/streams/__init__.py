"""The stream server."""
