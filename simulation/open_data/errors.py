"""The one error of this package; reading and telling raise it, nothing else is in here."""


class OpenDataError(ValueError):
    """A file cannot be used; the message names the file, the column and what to do."""
