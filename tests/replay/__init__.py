"""Tests of the replay of public crime files: the real pipeline over generated and real months."""
