"""A force is one folder: complete, declared, described, and staged like every other.

This is the test to run on a new force's folder. What the warehouses of the simulation really yield
is in `tests/simulation`, what journeys say in `tests/seeds`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import yaml

from sensors.feeds import load_force
from sensors.landing.tables import prepare_landing
from tests.house.tree import FORCES, ROOT, STAGING
from tests.simulation.staging_contract import CODE_SETS, COLUMNS, LANDED, type_of
from tests.simulation.staging_sql import staging_query

ENTITIES = tuple(COLUMNS)
YAML_FILES = ("sources", "models", "seeds", "journeys")
TABLES = ("codes", "journeys", "steps", "criteria", "windows", "templates", "branding")

each_force = pytest.mark.parametrize("force", FORCES)


def _yaml(force: str, kind: str) -> dict[str, Any]:
    path = STAGING / force / f"_{force}__{kind}.yml"
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


def _undescribed(node: object, at: str) -> Iterator[str]:
    """Where a named source, table, model, seed or column has no description."""
    if isinstance(node, dict):
        here = f"{at}/{node['name']}" if "name" in node else at
        if "name" in node and not str(node.get("description") or "").strip():
            yield here
        for key in ("sources", "tables", "models", "columns"):
            for child in node.get(key, []):
                yield from _undescribed(child, here)


@each_force
def test_the_folder_holds_every_file_that_a_force_needs(force: str) -> None:
    expected = {
        *(f"stg_{force}__{entity}.sql" for entity in ENTITIES),
        *(f"_{force}__{kind}.yml" for kind in YAML_FILES),
        *(f"{force}_{table}.csv" for table in TABLES),
    }
    assert not expected - {path.name for path in (STAGING / force).iterdir()}


@each_force
def test_the_folder_holds_no_python(force: str) -> None:
    assert not list((STAGING / force).rglob("*.py"))


@each_force
def test_the_feeds_are_declared_with_a_secret_of_the_force_s_own(force: str) -> None:
    declared = load_force(STAGING / force / f"_{force}__sources.yml")
    assert declared.secret == f"KEPT_SOURCE_{force.upper()}"
    assert {feed.name for feed in declared.feeds} == set(ENTITIES)
    assert all(feed.modified or feed.hot for feed in declared.feeds if feed.name != "officers")


@each_force
@pytest.mark.parametrize("kind", ["sources", "models"])
def test_every_source_model_and_column_is_described(force: str, kind: str) -> None:
    assert not list(_undescribed(_yaml(force, kind), f"_{force}__{kind}.yml"))


@each_force
def test_every_staging_model_states_its_grain_and_tests_its_key(force: str) -> None:
    models = {model["name"]: model for model in _yaml(force, "models")["models"]}
    assert models.keys() == {f"stg_{force}__{entity}" for entity in ENTITIES}
    for model in models.values():
        assert model["description"].startswith("One row per ")
        tested = {column["name"]: column.get("data_tests", []) for column in model["columns"]}
        assert {"unique", "not_null"} <= set(tested["version_id"])


@each_force
def test_every_column_of_a_seed_has_a_type_of_its_own(force: str) -> None:
    seeds = [*_yaml(force, "seeds")["seeds"], *_yaml(force, "journeys")["seeds"]]
    typed = {seed["name"]: set(seed["config"]["column_types"]) for seed in seeds}
    assert typed.keys() == {f"{force}_{table}" for table in TABLES}
    for name, columns in typed.items():
        with (STAGING / force / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            assert set(next(csv.reader(file))) == columns, name


@each_force
def test_the_code_map_knows_every_set_of_codes(force: str) -> None:
    with (STAGING / force / f"{force}_codes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["code_set"] for row in rows} >= set(CODE_SETS.values())
    keys = [(row["code_set"], row["source_code"]) for row in rows]
    assert len(keys) == len(set(keys))


@each_force
def test_staging_over_the_declared_columns_yields_what_the_core_expects(
    database_url: str, force: str
) -> None:
    declared = load_force(STAGING / force / f"_{force}__sources.yml")
    with psycopg.connect(database_url, autocommit=True) as connection:
        prepare_landing(connection, [declared])
        for entity in ENTITIES:
            connection.execute(f"create view {entity} as {staging_query(force, entity)}".encode())
            own = {column: type_of(column) for column in COLUMNS[entity].split()}
            assert _columns(connection, entity) == LANDED | own


def test_every_force_that_messages_has_a_folder() -> None:
    project = yaml.safe_load((ROOT / "dbt_project" / "dbt_project.yml").read_text("utf-8"))
    named = project["vars"]["forces"]
    assert len(named) == len(set(named))
    assert set(named) <= set(FORCES)


def test_shared_sql_names_no_force() -> None:
    shared = [
        path
        for folder in ("models", "macros")
        for path in (ROOT / "dbt_project" / folder).rglob("*.sql")
        if not path.is_relative_to(STAGING)
    ]
    assert len(shared) > 20
    texts = {str(path.relative_to(ROOT)): path.read_text("utf-8").lower() for path in shared}
    assert not [place for place, text in texts.items() if any(force in text for force in FORCES)]


def _columns(connection: psycopg.Connection, view: str) -> dict[str, str]:
    rows = connection.execute(
        "select attname, format_type(atttypid, null) from pg_attribute "
        "where attrelid = %s::regclass and attnum > 0",
        [view],
    ).fetchall()
    return dict(rows)
