"""Tests of the rooms that Dagster runs: transforming, living, replaying."""
