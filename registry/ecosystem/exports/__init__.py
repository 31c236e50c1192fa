"""Nightly exports: Parquet of the public tables, NDJSON of what changed in a day.

``tables`` says what goes out, ``folder`` is what pages and API read, ``making`` writes; only
``parquet`` needs pyarrow, which the web image does not have.
"""
