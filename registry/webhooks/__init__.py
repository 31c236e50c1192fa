"""Webhooks after Standard Webhooks 1.0.0: registered, signed, sent, tried again, replayed.

An event is a row that the database writes beside what causes it. ``outbox`` turns events into
deliveries, ``delivering`` sends these, ``sending`` is the one place that opens a connection.
"""
