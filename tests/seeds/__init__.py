"""Checks on the tables that journey owners edit, read as files without a database."""
