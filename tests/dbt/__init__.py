"""Tests of the dbt project that need whole runs over landed rows, not one model alone."""
