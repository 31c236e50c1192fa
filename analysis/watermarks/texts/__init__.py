"""Marks of language models: what they leave in texts, and how it is counted."""
