"""Tests of the table of requirements and of the record of tests that show them."""
