"""A running callback endpoint on an empty inbox."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from deploy.local.postgres import Server, create_database, drop_database
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


@pytest.fixture(scope="session")
def inbox_process(server: Server) -> Iterator[Inbox]:
    name = f"inbox_{secrets.token_hex(6)}"
    url = create_database(server, name)
    with psycopg.connect(url, autocommit=True) as connection:
        for file in ("deploy/database/control.sql", "sensors/inbox/schema.sql"):
            connection.execute((ROOT / file).read_text())
    with running_inbox(url, free_port()) as address:
        yield Inbox(address, url)
    drop_database(server, name)


@pytest.fixture
def inbox(inbox_process: Inbox) -> Inbox:
    inbox_process.rows("truncate inbox.receipt, inbox.inbound_text")
    return inbox_process
