"""The demo hub: a folder of small real repos, built on the spot. Knows nothing of Django."""
