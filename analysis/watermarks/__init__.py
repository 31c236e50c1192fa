"""Watermarks of classifiers: marks that owners leave in networks, and what finding one proves."""
