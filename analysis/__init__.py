"""Pure library: how claims are read, measured and judged. No Django, network, settings, clock."""
