"""Measures over the mirror: named queries, their series, and exports."""
