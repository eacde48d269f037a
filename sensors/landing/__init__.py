"""The landing: observed versions of source rows in raw_<force>, exactly once and append-only.

Nothing is renamed, cast or decided here; that begins in dbt's staging.
"""
