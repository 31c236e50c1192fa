"""REST: rows as JSON, and asking for runs."""
