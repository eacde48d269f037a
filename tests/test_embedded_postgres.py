"""The embedded server starts, keeps its data over a restart, and refuses strangers."""

import uuid
from pathlib import Path

import psycopg
import pytest

from deploy.local.postgres import EmbeddedPostgres, Server


def test_ids_made_in_sql_are_the_ids_python_makes(database_url: str) -> None:
    namespace = uuid.UUID("6f0f3c1e-5b0c-5d0f-a2f7-c7c0a9b1d2e3")
    with psycopg.connect(database_url) as connection:
        row = connection.execute("select control.uuid5('kent/case/42 é')").fetchone()
    assert row is not None
    assert row[0] == uuid.uuid5(namespace, "kent/case/42 é")


def test_a_stopped_server_comes_back_with_its_data(tmp_path: Path) -> None:
    postgres = EmbeddedPostgres(tmp_path / "pg")
    with psycopg.connect(postgres.start().url(), autocommit=True) as connection:
        connection.execute("create table kept_row as select 1 as n")
    postgres.stop()
    with psycopg.connect(postgres.start().url()) as connection:
        found = connection.execute("select n from kept_row").fetchone()
    postgres.stop()
    assert found == (1,)


def test_a_wrong_password_is_refused(server: Server) -> None:
    stranger = Server(server.host, server.port, server.user, "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(stranger.url())
