"""Tests of the reading of public crime files, what is told of them, and their tally."""
