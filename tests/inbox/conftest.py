"""A running callback endpoint on a fresh inbox."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.inbox.endpoint import free_port, running_inbox

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Inbox:
    """The endpoint's address and a way to look into its tables."""

    url: str
    database_url: str

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []


@pytest.fixture
def inbox(database_url: str) -> Iterator[Inbox]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute((ROOT / "sensors/inbox/schema.sql").read_text())
    with running_inbox(database_url, free_port()) as url:
        yield Inbox(url, database_url)
