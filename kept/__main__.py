"""`python -m kept` is the same as `kept`."""

from kept.cli import app

app()
