"""What a force's feeds are: read from the dbt source YAML in its folder, and checked.

The YAML is the one declaration that readers, landing and dbt share; nothing is read from a
source here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from sensors.column_types import AWARE, KEY_TYPES, NAIVE, ColumnType, parse_type
from sensors.errors import DeclarationError
from sensors.yaml_values import flag_of, identifier_of, list_of, mapping_of, number_of, text_of

# Parents first, so that a poll lands a case before what hangs on it.
LANDING_ORDER = (
    *("people", "officers", "incidents", "crimes"),
    *("involvements", "outcomes", "suspect_events"),
)
_FEED_KEYS = {
    *("table", "key", "modified", "modified_is_local", "lag_seconds"),
    *("hot", "sweep_minutes", "may_be_empty"),
}


@dataclass(frozen=True)
class Column:
    """One declared column, under the name it has in the source and in raw."""

    name: str
    type: ColumnType


@dataclass(frozen=True)
class Feed:
    """One table of a force, as declared; `lag_seconds` is the overlap of consecutive reads."""

    force: str
    name: str
    schema: str
    table: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    modified: str | None
    modified_is_local: bool
    lag_seconds: float
    hot: str | None
    sweep_minutes: float
    may_be_empty: bool
    timezone: str

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def key_columns(self) -> tuple[Column, ...]:
        return tuple(self.column(name) for name in self.key)


@dataclass(frozen=True)
class Force:
    """One force: the name of its secret, and its feeds with parents before children."""

    name: str
    secret: str
    timezone: str
    feeds: tuple[Feed, ...]

    def feed(self, name: str) -> Feed:
        """The feed of that name; KeyError if the force has none."""
        for feed in self.feeds:
            if feed.name == name:
                return feed
        raise KeyError(name)


def load_forces(staging: Path) -> dict[str, Force]:
    """Every force that has a folder with `_<force>__sources.yml` under `staging`, by name."""
    paths = sorted(staging.glob("*/_*__sources.yml"))
    return {force.name: force for force in map(load_force, paths)}


def load_force(path: Path) -> Force:
    """One force from its YAML file; DeclarationError names file, feed and key."""
    name = path.parent.name
    at = f"{path.parent.name}/{path.name}"
    source = _only_source(_parsed(path, at), name, at)
    warehouse = mapping_of(_meta(source, at).get("warehouse"), f"{at}: config.meta.warehouse")
    secret = text_of(warehouse, "secret", f"{at}: config.meta.warehouse")
    timezone = _timezone(warehouse, f"{at}: config.meta.warehouse")
    schema = str(source.get("schema", source.get("name")))
    tables = list_of(source, "tables", at)
    feeds = [_feed(table, _Place(name, schema, timezone, at)) for table in tables]
    if not feeds or len({feed.name for feed in feeds}) < len(feeds):
        raise DeclarationError(f"{at}: `tables` is empty or names a feed twice")
    return Force(name, secret, timezone, tuple(sorted(feeds, key=_landing_rank)))


@dataclass(frozen=True)
class _Place:
    force: str
    schema: str
    timezone: str
    file: str


def _feed(table: Mapping[str, Any], place: _Place) -> Feed:
    at = f"{place.file}: feed {table.get('name')!r}"
    name = identifier_of(table.get("name"), f"{at}: name")
    declared = mapping_of(_meta(table, at).get("feed"), f"{at}: config.meta.feed")
    unknown = sorted(set(declared) - _FEED_KEYS)
    if unknown:
        raise DeclarationError(f"{at}: unknown key {unknown[0]!r}", feed=name)
    feed = Feed(
        force=place.force,
        name=name,
        schema=identifier_of(place.schema, f"{place.file}: schema"),
        table=_relation(declared, at),
        columns=tuple(_columns(table, at)),
        key=tuple(str(part) for part in list_of(declared, "key", at)),
        modified=declared.get("modified"),
        modified_is_local=flag_of(declared, "modified_is_local", at),
        lag_seconds=number_of(declared, "lag_seconds", 2, at),
        hot=text_of(declared, "hot", at) if declared.get("hot") is not None else None,
        sweep_minutes=number_of(declared, "sweep_minutes", 60, at),
        may_be_empty=flag_of(declared, "may_be_empty", at),
        timezone=place.timezone,
    )
    _check(feed, at)
    return feed


def _check(feed: Feed, at: str) -> None:
    types = {column.name: column.type.name for column in feed.columns}
    if len(types) < len(feed.columns):
        raise DeclarationError(f"{at}: `columns` names a column twice", feed=feed.name)
    if not feed.key:
        raise DeclarationError(f"{at}: `key` needs at least one column", feed=feed.name)
    for part in feed.key:
        if types.get(part) not in KEY_TYPES:
            raise DeclarationError(
                f"{at}: key column {part!r} must be declared under `columns` as an integer, "
                "text or uuid",
                feed=feed.name,
            )
    if feed.modified is not None:
        _check_modified(feed, types.get(feed.modified), at)
    if feed.modified is not None and feed.hot is not None:
        raise DeclarationError(
            f"{at}: `hot` is only for a feed without `modified`; remove one", feed=feed.name
        )


def _check_modified(feed: Feed, type_name: str | None, at: str) -> None:
    wanted = NAIVE if feed.modified_is_local else AWARE
    if type_name != wanted:
        raise DeclarationError(
            f"{at}: `modified` column {feed.modified!r} must be declared as {wanted} when "
            f"modified_is_local is {str(feed.modified_is_local).lower()}; it is {type_name}",
            feed=feed.name,
        )


def _columns(table: Mapping[str, Any], at: str) -> Iterator[Column]:
    for column in list_of(table, "columns", at):
        name = identifier_of(mapping_of(column, f"{at}: columns").get("name"), f"{at}: column name")
        if name.startswith("_"):
            raise DeclarationError(f"{at}: column {name!r}: a leading underscore is landing's own")
        spelling = text_of(column, "data_type", f"{at}: column {name!r}")
        parsed = parse_type(spelling)
        if parsed is None:
            raise DeclarationError(f"{at}: column {name!r}: data_type {spelling!r} is unknown")
        yield Column(name, parsed)


def _landing_rank(feed: Feed) -> tuple[int, str]:
    known = feed.name in LANDING_ORDER
    return (LANDING_ORDER.index(feed.name) if known else len(LANDING_ORDER), feed.name)


def _parsed(path: Path, at: str) -> Mapping[str, Any]:
    try:
        return mapping_of(yaml.safe_load(path.read_text(encoding="utf-8")), at)
    except (OSError, UnicodeDecodeError) as error:
        raise DeclarationError(f"{at}: cannot be read ({type(error).__name__})") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise DeclarationError(f"{at}: not valid YAML at line {line}") from error


def _only_source(document: Mapping[str, Any], force: str, at: str) -> Mapping[str, Any]:
    sources = list_of(document, "sources", at)
    if len(sources) != 1:
        raise DeclarationError(f"{at}: `sources` must hold exactly one source")
    source = mapping_of(sources[0], f"{at}: sources")
    if source.get("name") != f"raw_{force}":
        raise DeclarationError(f"{at}: the source must be named 'raw_{force}'")
    return source


def _meta(node: Mapping[str, Any], at: str) -> Mapping[str, Any]:
    config = mapping_of(node.get("config"), f"{at}: config")
    return mapping_of(config.get("meta"), f"{at}: config.meta")


def _relation(declared: Mapping[str, Any], at: str) -> str:
    table = text_of(declared, "table", at)
    parts = table.split(".")
    if len(parts) > 2:
        raise DeclarationError(f"{at}: `table` must be a relation or schema.relation")
    return ".".join(identifier_of(part, f"{at}: table") for part in parts)


def _timezone(warehouse: Mapping[str, Any], at: str) -> str:
    name = text_of(warehouse, "timezone", at)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise DeclarationError(f"{at}: timezone {name!r} is unknown") from error
    return name
