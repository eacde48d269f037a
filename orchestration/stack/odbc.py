"""An ODBC connection string for a warehouse whose PostgreSQL URL is known, if a driver is here."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

DRIVERS = ("PostgreSQL Unicode", "PostgreSQL ANSI")


def odbc_secret(url: str, installed: Sequence[str]) -> str | None:
    """The same database and login through psqlODBC, or None without that driver."""
    driver = next((name for name in DRIVERS if name in installed), None)
    if driver is None:
        return None
    parts = urlsplit(url)
    return (
        f"Driver={{{driver}}};Server={parts.hostname};Port={parts.port};"
        f"Database={parts.path.lstrip('/')};"
        f"Uid={unquote(parts.username or '')};Pwd={unquote(parts.password or '')}"
    )
