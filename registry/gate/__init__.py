"""Hub-compatible endpoints: hub clients work with HF_ENDPOINT set to this server."""
