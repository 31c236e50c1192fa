"""The commands of manage.py: each parses options and calls one service."""
