"""The tables of a feed in our database, made from its declaration: raw versions and the mirror.

Made when they are missing; a column added to a declaration is added here, and anything else that
differs is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from sensors.canonical import key_text, type_sql
from sensors.column_types import parse_type
from sensors.errors import DeclarationError
from sensors.feeds import Column, Feed, Force

SCHEMA_SQL = Path(__file__).with_name("schema.sql")
Connection = psycopg.Connection[Any]


def prepare_landing(connection: Connection, forces: Iterable[Force]) -> None:
    """Apply schema.sql and make the tables of every feed of these forces. Idempotent."""
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(hashtextextended('landing', 0))")
        connection.execute("set local client_min_messages = warning")
        connection.execute(SCHEMA_SQL.read_bytes())
        for force in forces:
            for feed in force.feeds:
                make_tables(connection, feed)


def make_tables(connection: Connection, feed: Feed) -> None:
    """Make raw_<force>.<feed> and its mirror; DeclarationError if a column's type changed."""
    statement = sql.SQL(
        """
        create schema if not exists {schema};
        create table if not exists {raw} (
            {columns},
            _version bigint generated always as identity primary key,
            _key text not null,
            _hash text not null,
            _op text not null check (_op in ('present', 'deleted')),
            _batch bigint not null,
            _landed_at timestamptz not null,
            _is_baseline boolean not null
        );
        create table if not exists {mirror} (
            key text primary key,
            hash text not null,
            is_hot boolean not null default false,
            missing_sweeps smallint not null default 0
        );
        """
    ).format(
        schema=sql.Identifier(feed.schema),
        raw=raw_table(feed),
        mirror=mirror_table(feed),
        columns=_definitions(feed.columns),
    )
    connection.execute(statement)
    _add_missing_columns(connection, feed)
    make_indexes(connection, feed)


def make_indexes(connection: Connection, feed: Feed) -> None:
    """The indexes of raw and mirror beyond their primary keys."""
    for suffix, columns in RAW_INDEXES.items():
        connection.execute(
            sql.SQL("create index if not exists {} on {} {}").format(
                raw_index(feed, suffix), raw_table(feed), columns
            )
        )
    connection.execute(
        sql.SQL("create index if not exists {} on {} (key) where is_hot").format(
            sql.Identifier(f"_mirror_{feed.name}_hot"), mirror_table(feed)
        )
    )


RAW_INDEXES = {"key": sql.SQL("(_key, _version desc)"), "batch": sql.SQL("(_batch)")}


def raw_index(feed: Feed, suffix: str) -> sql.Identifier:
    return sql.Identifier(f"{feed.name}_{suffix}")


def raw_table(feed: Feed) -> sql.Identifier:
    return sql.Identifier(feed.schema, feed.name)


def mirror_table(feed: Feed) -> sql.Identifier:
    return sql.Identifier(feed.schema, f"_mirror_{feed.name}")


def intake_table(feed: Feed) -> sql.Identifier:
    """The temporary table of this session that a read is copied into."""
    return sql.Identifier("pg_temp", f"{feed.force}_{feed.name}")


def make_intake(connection: Connection, feed: Feed) -> None:
    """The feed's temporary table, once per session; every commit empties it."""
    connection.execute("set local client_min_messages = warning")
    connection.execute(
        sql.SQL(
            "create temporary table if not exists {intake} "
            "({columns}, _key text generated always as ({key}) stored) on commit delete rows"
        ).format(
            intake=sql.Identifier(f"{feed.force}_{feed.name}"),
            columns=_definitions(feed.columns),
            key=key_text(feed),
        )
    )


def _definitions(columns: Iterable[Column]) -> sql.Composable:
    return sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column.name), type_sql(column.type))
        for column in columns
    )


def _add_missing_columns(connection: Connection, feed: Feed) -> None:
    found = dict(
        connection.execute(
            "select attname, format_type(atttypid, atttypmod) from pg_attribute "
            "where attrelid = %s::regclass and attnum > 0 and not attisdropped",
            [raw_table(feed).as_string(connection)],
        ).fetchall()
    )
    for column in feed.columns:
        if column.name not in found:
            connection.execute(
                sql.SQL("alter table {} add column {}").format(
                    raw_table(feed), _definitions([column])
                )
            )
        elif parse_type(found[column.name]) != column.type:
            raise DeclarationError(
                f"{feed.force}.{feed.name}: column {column.name} is declared as {column.type} but "
                f"{feed.schema}.{feed.name} holds it as {found[column.name]}; raw is append-only: "
                "declare it under its old type, or move the old table aside",
                feed=feed.name,
            )
