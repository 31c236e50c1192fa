"""How often somebody may ask: buckets of requests, counted in Valkey by all web processes."""
