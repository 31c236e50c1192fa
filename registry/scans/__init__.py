"""Scans: selections of models times checks, with a budget and a schedule."""
