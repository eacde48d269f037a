"""A PostgreSQL server and processes for development, the demo and the tests."""
