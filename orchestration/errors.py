"""Errors that an operator can act on; the command line shows their message and nothing else."""


class OperatorError(RuntimeError):
    """Says what was attempted, for which force, and what to do next."""
