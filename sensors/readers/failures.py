"""What a driver's SQLSTATE means for us: transient or permanent, in words that tell what to do.

Driver messages are never passed on, because they may quote values of a row.
"""

from __future__ import annotations

import re

from sensors.errors import (
    LoginRefused,
    PermanentSourceError,
    SensorError,
    SourceBusy,
    SourceTimeout,
    SourceUnreachable,
    UnknownSource,
    UnreadableValue,
)
from sensors.readers.session import DriverFailure

LOST = "its warehouse could not be reached; it is tried again by itself"
SLOW = "its warehouse took too long to answer; it is tried again by itself"
BUSY = "its warehouse was locked; it is tried again by itself"
REFUSED = "its warehouse refused the login; check the secret's name, password and database"
NOT_ALLOWED = "the login may not read this table; grant it select"
VALUE = "a value could not be read as its declared type; look for it in the source"
PRODUCT = "its warehouse is of a product that is not read yet; only PostgreSQL is"
DRIVER = (
    "the ODBC driver that its secret names could not be loaded; install it (for PostgreSQL: "
    "apt-get install unixodbc odbc-postgresql) or mend the secret"
)
OTHER = "its warehouse rejected the statement; compare the feed's declaration with the source"

# libpq reports a refused login without a SQLSTATE of its own; its words are the only sign there is.
_REFUSALS = {
    "password authentication failed|no password supplied": "28P01",
    'no pg_hba.conf entry|is not permitted to log in|role ".*" does not exist': "28000",
    'database ".*" does not exist|permission denied for database': "3D000",
}
_EXACT: dict[str, tuple[type[SensorError], str]] = {
    "28P01": (LoginRefused, REFUSED),
    "28000": (LoginRefused, REFUSED),
    "3D000": (LoginRefused, REFUSED),
    "42501": (LoginRefused, NOT_ALLOWED),
    "57014": (SourceTimeout, SLOW),
    "HYT00": (SourceTimeout, SLOW),
    "HYT01": (SourceUnreachable, LOST),
    "S1T00": (SourceTimeout, SLOW),
    "55P03": (SourceBusy, BUSY),
    "0A000": (UnknownSource, PRODUCT),
    "01000": (UnknownSource, DRIVER),
}
_CLASSES: dict[str, tuple[type[SensorError], str]] = {
    "08": (SourceUnreachable, LOST),
    "40": (SourceBusy, BUSY),
    "53": (SourceUnreachable, LOST),
    "57": (SourceUnreachable, LOST),
    "58": (SourceUnreachable, LOST),
    "22": (UnreadableValue, VALUE),
    "IM": (UnknownSource, DRIVER),
}


def classified(failure: DriverFailure, *, force: str, feed: str | None, doing: str) -> SensorError:
    """The error of our tree for a driver's failure; without a SQLSTATE the connection is lost."""
    kind, advice = _meaning(failure.sqlstate)
    what = f"{force}.{feed}" if feed else force
    place = f" of column {failure.column}" if failure.column else ""
    code = failure.sqlstate or "no answer"
    return kind(f"{what}: while {doing}{place}, {advice} ({code})", feed=feed)


def refusal(words: str) -> str | None:
    """The SQLSTATE that a driver's message about a failed connection stands for, if any."""
    return next((state for signs, state in _REFUSALS.items() if re.search(signs, words)), None)


def is_about_shape(sqlstate: str | None) -> bool:
    """Whether the statement met another table than the one declared."""
    return (sqlstate or "").startswith("42") and sqlstate != "42501"


def _meaning(sqlstate: str | None) -> tuple[type[SensorError], str]:
    if not sqlstate:
        return SourceUnreachable, LOST
    by_class = _CLASSES.get(sqlstate[:2], (PermanentSourceError, OTHER))
    return _EXACT.get(sqlstate, by_class)
