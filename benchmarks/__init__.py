"""Measures the promises of the product, both sides of each in one run. One file a promise."""
