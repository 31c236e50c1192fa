"""PostgreSQL and Valkey out of Python wheels: accounts, folders, processes, locks."""
