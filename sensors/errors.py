"""The one tree of errors of this room, with what each kind means for the force.

It does not decide what happens next: `sensors.freeze` and the landing do that from the kind.

    SensorError
    ├── DeclarationError        a force's YAML is wrong; nothing is read until it is mended
    ├── TransientSourceError    look again later by ourselves
    │   ├── SourceUnreachable
    │   ├── SourceTimeout
    │   └── SourceBusy          locked, or a clash of transactions
    └── PermanentSourceError    stays until somebody acts
        ├── LoginRefused
        ├── LoginCanWrite
        ├── UnknownSource       a secret of a form, or a product, that no reader reads
        ├── MissingTable
        ├── MissingColumn
        ├── RetypedColumn
        ├── UnreadableValue     a value does not fit its declared type
        └── ImplausibleFeed
            ├── EmptyFeed
            ├── ShrunkFeed
            └── VanishedValues

Messages name the force, the feed and the column. They never repeat a driver's own message, which
may quote values of a row, nor any part of the secret.
"""

from __future__ import annotations


class SensorError(Exception):
    """Anything this room can classify; `feed` is the feed concerned, or None for the force."""

    def __init__(self, message: str, *, feed: str | None = None) -> None:
        super().__init__(message)
        self.feed = feed


class DeclarationError(SensorError):
    """A feed declaration cannot be used; the message names file, feed and key."""


class TransientSourceError(SensorError):
    """The source could not be read just now; trying again may help."""


class SourceUnreachable(TransientSourceError):
    """No connection, or the connection was lost."""


class SourceTimeout(TransientSourceError):
    """A statement took longer than the reader allows."""


class SourceBusy(TransientSourceError):
    """A lock or a clash with another transaction in the source."""


class PermanentSourceError(SensorError):
    """The source cannot be read until a person changes something."""


class LoginRefused(PermanentSourceError):
    """Wrong name or password, no such database, or no right to read a table."""


class LoginCanWrite(PermanentSourceError):
    """The login could change the force's data, so it is not used at all."""


class UnknownSource(PermanentSourceError):
    """The secret's form, its driver, or the product behind it is not one we can read."""


class MissingTable(PermanentSourceError):
    """The declared relation is not there."""


class MissingColumn(PermanentSourceError):
    """A declared column is not there, perhaps because it was renamed."""


class RetypedColumn(PermanentSourceError):
    """A column's type in the source is not the declared one."""


class UnreadableValue(PermanentSourceError):
    """A value arrived that the declared type cannot hold."""


class ImplausibleFeed(PermanentSourceError):
    """The data look wrong as a whole; landing them could do harm."""


class EmptyFeed(ImplausibleFeed):
    """A table is empty that should not be."""


class ShrunkFeed(ImplausibleFeed):
    """Too large a share of the rows known before is not there any more."""


class VanishedValues(ImplausibleFeed):
    """A column lost its values in most of the rows that changed."""
