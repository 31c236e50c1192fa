"""The mirror: what a hub says of its models, read with suspicion and kept as rows."""
