"""The PostgreSQL server of a local stack and the databases in it, made ready for use.

A second start finds everything there and does only what has changed since.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg

from deploy.local.postgres import EmbeddedPostgres, Server, create_database
from orchestration.forces import all_forces
from orchestration.schema import apply_schema
from orchestration.settings import DBT_PROJECT, Settings
from orchestration.transform import Transform
from sensors.landing.tables import prepare_landing

Say = Callable[[str], None]


def open_server(settings: Settings) -> Server:
    """The server that KEPT_SERVER_URL names, or the embedded one, started if need be."""
    if settings.server_url is None:
        return EmbeddedPostgres(settings.home / "postgres").start()
    parts = urlsplit(settings.server_url)
    return Server(
        host=parts.hostname or "127.0.0.1",
        port=parts.port or 5432,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def close_server(settings: Settings) -> None:
    """Stop the embedded server; one that is not ours goes on."""
    if settings.server_url is None:
        EmbeddedPostgres(settings.home / "postgres").stop()


def prepare_product(server: Server, name: str, *, work_folder: Path, say: Say) -> str:
    """The product's database with all tables, seeds and views up to date; returns its URL."""
    url = create_database(server, name)
    apply_schema(url)
    with psycopg.connect(url) as connection:
        prepare_landing(connection, all_forces().values())
    print_now = _fingerprint()
    if _print_in(url) != print_now:
        say("Building the dbt project (seeds, staging views, tables) ...")
        transform = Transform(url, work_folder)
        transform.prepare()
        transform.load_seeds()
        transform.build_tables()
        _remember(url, print_now)
    return url


def _fingerprint() -> str:
    """Changes whenever any file of the dbt project does."""
    digest = hashlib.sha256()
    for path in sorted(DBT_PROJECT.rglob("*")):
        if path.is_file() and not {"target", "logs"} & set(path.relative_to(DBT_PROJECT).parts):
            digest.update(str(path.relative_to(DBT_PROJECT)).encode() + path.read_bytes())
    return digest.hexdigest()


def _print_in(url: str) -> str | None:
    with psycopg.connect(url) as connection:
        row = connection.execute("select fingerprint from control.built_project").fetchone()
    return None if row is None else str(row[0])


def _remember(url: str, fingerprint: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(
            """
            insert into control.built_project (fingerprint) values (%s)
            on conflict (only_row) do update
            set fingerprint = excluded.fingerprint, built_at = clock_timestamp()
            """,
            [fingerprint],
        )
