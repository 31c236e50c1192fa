"""Code that a demo repo publishes beside its weights, as networks of an own architecture do."""
