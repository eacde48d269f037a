"""The SQL that makes a warehouse's schemas, tables, lookups, views and the reader's grants.

It only writes SQL; running it is `build`'s task.
"""

from __future__ import annotations

from collections.abc import Iterator

from psycopg import sql

from simulation.warehouses.codebook import Codebook
from simulation.warehouses.layout import Layout, TableSpec

# The generator's own notes lie beside the source's tables, where the reader has no rights.
SIMULATION_SCHEMA = """
create schema if not exists simulation;
create table if not exists simulation.journal (
    journal_id bigint generated always as identity primary key,
    force text not null,
    feed text not null,
    key text not null,
    change text not null,
    committed_wall timestamptz not null default clock_timestamp()
);
create table if not exists simulation.settings (
    force text primary key,
    seed bigint not null,
    scale double precision not null,
    last_serial bigint not null default 0
);
create table if not exists simulation.live_case (
    serial bigint primary key,
    due_at timestamptz not null,
    body text not null
);
create index if not exists live_case_due on simulation.live_case (due_at);
"""


def qualified(name: str) -> sql.Identifier:
    return sql.Identifier(*name.split("."))


def table_statements(layout: Layout) -> Iterator[sql.SQL | sql.Composed]:
    """Schemas and tables with keys and indexes, for an empty database."""
    for schema in layout.schemas:
        yield sql.SQL("create schema {}").format(sql.Identifier(schema))
    for table in layout.tables:
        yield _create_table(table)
        yield from _create_indexes(table)
    if layout.views_sql is not None:
        yield sql.SQL(layout.views_sql)


def lookup_statements(layout: Layout, codebook: Codebook) -> Iterator[sql.SQL | sql.Composed]:
    """One lookup table for each code set, filled, in the layouts that have them."""
    if layout.lookup_table is None:
        return
    for code_set, words in codebook.code_sets.items():
        name = qualified(layout.lookup_table.format(code_set))
        yield sql.SQL("create table {} (id {} primary key, label text not null)").format(
            name,
            sql.SQL(layout.lookup_id),
        )
        for code in (code for codes in words.values() for code in codes):
            yield sql.SQL("insert into {} values ({}, {})").format(
                name, sql.Literal(int(code.code)), sql.Literal(code.label)
            )


def grant_statements(layout: Layout, reader: str) -> Iterator[sql.SQL | sql.Composed]:
    """Let the reader look at the readable schemas, and do nothing else."""
    role = sql.Identifier(reader)
    for schema in layout.readable:
        name = sql.Identifier(schema)
        yield sql.SQL("grant usage on schema {} to {}").format(name, role)
        yield sql.SQL("grant select on all tables in schema {} to {}").format(name, role)


def _create_table(table: TableSpec) -> sql.Composed:
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(column.sql_type))
        for column in table.columns
    ]
    return sql.SQL("create table {} ({}, primary key ({}))").format(
        qualified(table.name),
        sql.SQL(", ").join(columns),
        sql.SQL(", ").join(map(sql.Identifier, table.key)),
    )


def _create_indexes(table: TableSpec) -> Iterator[sql.Composed]:
    modified = [] if table.modified is None else [(table.modified,)]
    for columns in (*modified, *table.indexes):
        yield sql.SQL("create index on {} ({})").format(
            qualified(table.name), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
