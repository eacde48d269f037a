"""Makes and finds a source's database and its read-only login on a PostgreSQL server.

What lies inside the database is `schema`'s and `build`'s business.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Protocol
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql


class DatabaseServer(Protocol):
    """A server on which databases and roles may be made; the URL carries the owner's login."""

    def url(self, database: str = ...) -> str: ...


def database_name(force: str) -> str:
    return f"src_{force}"


def reader_name(database: str) -> str:
    """The read-only login of a database: src_kent is read by reader_kent."""
    return f"reader_{database.removeprefix('src_')}"


def reader_url(writer_url: str) -> str:
    """The reader's URL for the same database. The password follows from the owner's, so that
    nothing has to be kept and a second start does not lock out a running reader."""
    parts = urlsplit(writer_url)
    role = reader_name(parts.path.lstrip("/"))
    password = hmac.new((parts.password or "").encode(), role.encode(), hashlib.sha256).hexdigest()
    host = f"{parts.hostname}:{parts.port}" if parts.port else f"{parts.hostname}"
    return urlunsplit(parts._replace(netloc=f"{role}:{quote(password)}@{host}"))


def database_exists(server: DatabaseServer, name: str) -> bool:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", [name])
        return found.fetchone() is not None


def make_database(server: DatabaseServer, name: str) -> str:
    """An empty database in place of any that was there; returns the writer's URL."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        identifier = sql.Identifier(name)
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(identifier))
        connection.execute(sql.SQL("create database {} template template0").format(identifier))
        connection.execute(sql.SQL("revoke all on database {} from public").format(identifier))
    return server.url(name)


def make_reader(server: DatabaseServer, writer_url: str) -> str:
    """The login that may connect and read, and nothing else; returns its URL."""
    url = urlsplit(reader_url(writer_url))
    role = sql.Identifier(url.username or "")
    database = sql.Identifier(url.path.lstrip("/"))
    with psycopg.connect(server.url(), autocommit=True) as connection:
        found = connection.execute("select 1 from pg_roles where rolname = %s", [url.username])
        verb = sql.SQL("create role" if found.fetchone() is None else "alter role")
        connection.execute(
            sql.SQL(
                "{} {} login nosuperuser nocreatedb nocreaterole noreplication noinherit "
                "connection limit 20 password {}"
            ).format(verb, role, sql.Literal(url.password))
        )
        connection.execute(
            sql.SQL("alter role {} set default_transaction_read_only = on").format(role)
        )
        connection.execute(sql.SQL("grant connect on database {} to {}").format(database, role))
    return urlunsplit(url)


def drop_warehouse(server: DatabaseServer, database: str) -> None:
    """Remove the database and its reader."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        for statement in ("drop database if exists {} with (force)", "drop role if exists {}"):
            name = database if "database" in statement else reader_name(database)
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
