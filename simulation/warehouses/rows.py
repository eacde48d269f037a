"""Turns records into rows of a force's tables.

It makes values only; `warehouse` writes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from simulation.warehouses.codebook import Codebook, codebook_for
from simulation.warehouses.columns import Cell, Maker, maker_for
from simulation.warehouses.layout import Layout, TableSpec, layout_for
from simulation.world.entities import FEED_OF, Entity

Row = tuple[Cell, ...]


@dataclass(frozen=True)
class TableRows:
    """A table with the makers of its columns, in the table's order."""

    spec: TableSpec
    makers: tuple[Maker, ...]
    key_positions: tuple[int, ...]

    def row(self, entity: Entity, recorded_at: datetime) -> Row:
        return tuple(make(entity, recorded_at) for make in self.makers)

    def key(self, row: Row) -> Row:
        return tuple(row[position] for position in self.key_positions)


class RowMaker:
    """All tables of one force, by feed."""

    def __init__(self, force: str) -> None:
        layout, codebook = layout_for(force), codebook_for(force)
        self._tables: dict[str, list[TableRows]] = {}
        for spec in layout.tables:
            made = _table_rows(spec, layout, codebook)
            self._tables.setdefault(spec.feed, []).append(made)

    def tables(self, entity: Entity) -> list[TableRows]:
        """The tables that hold this kind of record, the main one first."""
        return self._tables[FEED_OF[type(entity)]]

    def source_key(self, entity: Entity, recorded_at: datetime) -> str:
        """The record's key as the source has it; parts are joined by a bar."""
        table = self.tables(entity)[0]
        cells = (table.makers[position](entity, recorded_at) for position in table.key_positions)
        return "|".join(str(cell) for cell in cells)


def _table_rows(spec: TableSpec, layout: Layout, codebook: Codebook) -> TableRows:
    names = [column.name for column in spec.columns]
    return TableRows(
        spec=spec,
        makers=tuple(
            maker_for(column, feed=spec.feed, layout=layout, codebook=codebook)
            for column in spec.columns
        ),
        key_positions=tuple(names.index(name) for name in spec.key),
    )
