"""The second, small server: what changes is sent to readers as it does. Started by
``python -m registry.streams``."""
