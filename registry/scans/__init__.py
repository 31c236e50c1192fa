"""Scans: what they select, when they are due, how they are carried out, what came out."""
