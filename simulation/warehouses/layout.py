"""Reads a force's layout: its tables, columns, keys and references, as values.

How a column's value is made from a record is in `columns`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True)
class ColumnSpec:
    """One column: its name and type in the source, and the attribute of the record it holds."""

    name: str
    sql_type: str
    attribute: str
    is_label: bool


@dataclass(frozen=True)
class TableSpec:
    """One table, in the order of its columns. Several tables may hold parts of one feed."""

    name: str
    feed: str
    key: tuple[str, ...]
    columns: tuple[ColumnSpec, ...]
    indexes: tuple[tuple[str, ...], ...]

    @property
    def modified(self) -> str | None:
        """The column that says when the row was last written, if there is one."""
        found = [column.name for column in self.columns if column.attribute == "recorded_at"]
        return found[0] if found else None


@dataclass(frozen=True)
class Layout:
    """A force's warehouse. `keys` and `references` are format strings by feed."""

    force: str
    family: str
    readable: tuple[str, ...]
    tables: tuple[TableSpec, ...]
    keys: Mapping[str, str]
    references: Mapping[str, str]
    lookup_table: str | None
    lookup_id: str
    views_sql: str | None

    @property
    def schemas(self) -> tuple[str, ...]:
        """Every schema there is, also those that the reader cannot see."""
        found = {table.name.partition(".")[0] for table in self.tables}
        return tuple(sorted(found | set(self.readable)))

    def tables_of(self, feed: str) -> list[TableSpec]:
        return [table for table in self.tables if table.feed == feed]


@cache
def layout_for(force: str) -> Layout:
    """The layout of one force; ValueError if there is none."""
    path = FOLDER / "layouts" / f"{force}.yml"
    if not path.exists():
        raise ValueError(f"There is no layout for force {force!r} in {path.parent.name}/")
    read: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    lookups = read.get("lookups", {})
    return Layout(
        force=force,
        family=read["family"],
        readable=tuple(read["readable"]),
        tables=tuple(_table(name, spec) for name, spec in read["tables"].items()),
        keys=read.get("keys", {}),
        references=read["references"],
        lookup_table=lookups.get("table"),
        lookup_id=lookups.get("id", "integer"),
        views_sql=_views(read.get("views")),
    )


def _table(name: str, spec: dict[str, Any]) -> TableSpec:
    return TableSpec(
        name=name,
        feed=spec["feed"],
        key=tuple(spec["key"]),
        columns=tuple(_column(column, text) for column, text in spec["columns"].items()),
        indexes=tuple(tuple(columns) for columns in spec.get("indexes", [])),
    )


def _column(name: str, text: str) -> ColumnSpec:
    sql_type, _, attribute = text.partition(" = ")
    plain, _, suffix = attribute.partition(".")
    return ColumnSpec(name, sql_type, plain, is_label=suffix == "label")


def _views(name: str | None) -> str | None:
    return None if name is None else (FOLDER / "views" / name).read_text(encoding="utf-8")
