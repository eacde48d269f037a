"""The PostgreSQL server for a replay, left in the state in which it was found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from deploy.local.postgres import EmbeddedPostgres, Server
from orchestration.settings import Settings
from orchestration.stack.databases import close_server, open_server

OTHERS = """
    select count(*) from pg_stat_activity
    where backend_type = 'client backend' and pid <> pg_backend_pid()
"""


@contextmanager
def lent_server(settings: Settings) -> Iterator[Server]:
    """The server, started if need be; stopped at the end if it was and nobody else uses it."""
    was_running = (
        settings.server_url is not None or EmbeddedPostgres(settings.home / "postgres").is_running()
    )
    server = open_server(settings)
    try:
        yield server
    finally:
        if not was_running and not _is_used(server):
            close_server(settings)


def _is_used(server: Server) -> bool:
    """Whether somebody else is connected, a demo that was started meanwhile perhaps."""
    with psycopg.connect(server.url()) as connection:
        row = connection.execute(OTHERS).fetchone()
    return row is not None and row[0] > 0
