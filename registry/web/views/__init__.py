"""Pages: each reads its input, asks once, and renders."""
