"""Renders a force's staging models without dbt, and lands rows by plain copying, for the tests.

The real landing is tested in `tests/sensors`, the real dbt project by its own build.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
import psycopg
import yaml
from psycopg.rows import dict_row

ROOT = Path(__file__).resolve().parents[2]
STAGING = ROOT / "dbt_project" / "models" / "staging"
MACROS = ROOT / "dbt_project" / "macros" / "staging"
LANDED = """
_version bigint generated always as identity primary key, _key text not null, _hash text not null,
_op text not null, _batch bigint not null, _landed_at timestamptz not null,
_is_baseline boolean not null
"""


def feeds_of(force: str) -> dict[str, dict[str, Any]]:
    """The tables declared in the force's source YAML, by feed."""
    path = STAGING / force / f"_{force}__sources.yml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {table["name"]: table for table in document["sources"][0]["tables"]}


def declaration(table: dict[str, Any]) -> dict[str, Any]:
    """The feed's settings out of its YAML."""
    found: dict[str, Any] = table["config"]["meta"]["feed"]
    return found


def staging_query(force: str, feed: str) -> str:
    """The SQL of one staging model, over raw_<force>.<feed>."""
    macros = "\n".join(path.read_text(encoding="utf-8") for path in sorted(MACROS.glob("*.sql")))
    model = (STAGING / force / f"stg_{force}__{feed}.sql").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=False)  # noqa: S701 - SQL, not HTML
    template = environment.from_string(f"{macros}\n{model}")
    return template.render(source=lambda schema, table: f"{schema}.{table}")


def make_raw_table(target: psycopg.Connection, force: str, table: dict[str, Any]) -> None:
    """The raw table of a feed, with the declared columns and landing's own."""
    columns = ", ".join(f"{column['name']} {column['data_type']}" for column in table["columns"])
    target.execute(f"create schema if not exists raw_{force}")
    target.execute(f"create table raw_{force}.{table['name']} ({columns}, {LANDED})")


def land(
    source: psycopg.Connection, target: psycopg.Connection, force: str, table: dict[str, Any]
) -> None:
    """Copy what the reader sees of a feed into its raw table."""
    names = ", ".join(column["name"] for column in table["columns"])
    feed = declaration(table)
    key = "||'|'||".join(f"{part}::text" for part in feed["key"])
    query = f"select {names}, {key}, '', 'present', 1, now(), true from {feed['table']}"
    landed = "_key, _hash, _op, _batch, _landed_at, _is_baseline"
    into = f"copy raw_{force}.{table['name']} ({names}, {landed}) from stdin"
    with (
        source.cursor().copy(f"copy ({query}) to stdout") as reading,
        target.cursor().copy(into) as writing,
    ):
        for block in reading:
            writing.write(block)


def staged_row(
    source: psycopg.Connection, target: psycopg.Connection, force: str, feed: str, key: str
) -> dict[str, object]:
    """Land one feed and return the staged row with this source key."""
    table = feeds_of(force)[feed]
    make_raw_table(target, force, table)
    land(source, target, force, table)
    cursor = target.cursor(row_factory=dict_row)
    query = f"select * from ({staging_query(force, feed)}) as staged where source_key = %s"
    row = cursor.execute(query, [key]).fetchone()
    assert row is not None, (force, feed)
    return row
