"""The SQL that every installation needs before any room's own tables."""
