"""What a file could do to whoever loads it. Nothing in here loads one, and nothing needs torch."""
