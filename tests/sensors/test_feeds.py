"""A feed declaration is read from the force's YAML, and a wrong one names file, feed and key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sensors.column_types import fits, parse_type
from sensors.errors import DeclarationError
from sensors.feeds import load_force, load_forces
from tests.sensors.sources import declare, feed_yaml, write_force


def test_a_force_is_read_from_its_folder_with_parents_before_children(tmp_path: Path) -> None:
    names = ["suspect_events", "outcomes", "crimes", "people", "involvements", "incidents"]
    write_force(tmp_path, "kent", *(feed_yaml(name) for name in names))
    write_force(tmp_path, "essex", feed_yaml())
    forces = load_forces(tmp_path)
    assert list(forces) == ["essex", "kent"]
    assert [feed.name for feed in forces["kent"].feeds] == [
        *("people", "incidents", "crimes", "involvements", "outcomes", "suspect_events")
    ]
    assert forces["kent"].secret == "KEPT_SOURCE_KENT"


def test_a_declared_type_is_known_under_all_its_spellings(tmp_path: Path) -> None:
    [feed] = declare(tmp_path).feeds
    assert str(feed.column("status").type) == "character varying(20)"
    assert str(feed.column("loss").type) == "numeric(12,2)"
    assert str(feed.column("amended_at").type) == "timestamp with time zone"
    assert feed.schema == "raw_kent"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"key": []}, "`key` needs at least one column"),
        ({"key": ["crime"]}, "key column 'crime'"),
        ({"key": ["amended_at"]}, "key column 'amended_at'"),
        ({"modified": "created_at"}, "'created_at' must be declared as timestamp with time zone"),
        ({"modified": "nowhere"}, "'nowhere'"),
        ({"modified_is_local": "yes"}, "`modified_is_local` must be true or false"),
        ({"lag_seconds": -1}, "`lag_seconds` must be a number"),
        ({"hot": "status <> 'CLOSED'"}, "`hot` is only for a feed without `modified`"),
        ({"table": "crimes; drop table x"}, "table"),
        ({"hot": 5, "modified": None}, "`hot` is missing or not a text"),
        ({"tabel": "crimes"}, "unknown key 'tabel'"),
    ],
)
def test_a_wrong_declaration_names_file_feed_and_key(
    tmp_path: Path, changes: dict[str, Any], named: str
) -> None:
    path = write_force(tmp_path, "kent", feed_yaml(**changes))
    with pytest.raises(DeclarationError) as raised:
        load_force(path)
    assert "kent/_kent__sources.yml" in str(raised.value)
    assert "crimes" in str(raised.value)
    assert named in str(raised.value)


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        ({"crime_id": "bigserial"}, "data_type 'bigserial' is unknown"),
        ({"Crime Id": "bigint"}, "'Crime Id' is not a lower-case name"),
        ({"_version": "bigint"}, "leading underscore"),
    ],
)
def test_a_wrong_column_is_named(tmp_path: Path, columns: dict[str, str], named: str) -> None:
    path = write_force(tmp_path, "kent", feed_yaml(columns=columns))
    with pytest.raises(DeclarationError, match=r"kent/_kent__sources\.yml") as raised:
        load_force(path)
    assert named in str(raised.value)


def test_a_file_that_is_not_yaml_names_the_line(tmp_path: Path) -> None:
    path = write_force(tmp_path, "kent", feed_yaml())
    path.write_text("version: 2\nsources: [\n", encoding="utf-8")
    with pytest.raises(DeclarationError, match="not valid YAML at line 3"):
        load_force(path)


@pytest.mark.parametrize(
    ("actual", "declared", "is_fit"),
    [
        ("integer", "bigint", True),
        ("bigint", "integer", False),
        ("varchar(10)", "varchar(20)", True),
        ("text", "varchar(20)", False),
        ("char(3)", "text", True),
        ("numeric(12,2)", "numeric", True),
        ("numeric", "numeric(12,2)", False),
        ("real", "double precision", False),
        ("timestamp", "timestamptz", False),
        ("text", "date", False),
    ],
)
def test_a_source_type_fits_only_if_no_value_can_change(
    actual: str, declared: str, is_fit: bool
) -> None:
    types = parse_type(actual), parse_type(declared)
    assert types[0] is not None
    assert types[1] is not None
    assert fits(types[0], types[1]) is is_fit
