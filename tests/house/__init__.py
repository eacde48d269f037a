"""Tests of the house rules: who imports whom, what a force folder holds, what is in the tree."""
