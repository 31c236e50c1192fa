"""Pages: HTML only."""
