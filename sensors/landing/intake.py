"""Copying what a reader read into the session's temporary table, whatever form it came in.

Nothing is judged here except values that PostgreSQL could not hold at all (see `Refused`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from psycopg import Copy, sql

from sensors.canonical import names
from sensors.feeds import Column, Feed
from sensors.landing.refusal import Refused, fault_of, hash_of_row, storing
from sensors.landing.tables import Connection, intake_table
from sensors.readers.extract import ArrowBatches, CopyBlocks, Extract, Rows

# libpq takes one message per call; a row at a time costs more than the copying itself.
BLOCK = 64 * 1024


@dataclass(frozen=True)
class Copied:
    """How many rows were read, and which of them were left out."""

    read_rows: int
    refused: tuple[Refused, ...]


def fill_intake(connection: Connection, feed: Feed, extract: Extract) -> Copied:
    """Copy an extract of the feed into its intake, leaving out the rows that it cannot hold.

    Raises UnreadableValue if our database refuses a value of a row that is let through.
    """
    with storing(feed):
        return copy_in(connection, intake_table(feed), feed.columns, extract)


def copy_in(
    connection: Connection, table: sql.Identifier, columns: Sequence[Column], extract: Extract
) -> Copied:
    """Copy an extract of these columns into `table`."""
    refused: list[Refused] = []
    form = "csv" if isinstance(extract, ArrowBatches) else "binary"
    cursor = connection.cursor()
    with cursor.copy(_copy_sql(table, columns, form)) as copy:
        match extract:
            case CopyBlocks():
                _write_blocks(copy, extract)
            case Rows():
                _write_rows(copy, columns, extract, refused)
            case ArrowBatches():
                # Arrow is loaded only where rows come through it.
                from sensors.landing.arrow_intake import write_batches  # noqa: PLC0415

                write_batches(copy, columns, extract, refused)
    return Copied(cursor.rowcount + len(refused), tuple(refused))


def _write_blocks(copy: Copy, extract: CopyBlocks) -> None:
    buffer = bytearray()
    for block in extract.blocks:
        buffer += block
        if len(buffer) >= BLOCK:
            copy.write(bytes(buffer))
            buffer.clear()
    copy.write(bytes(buffer))


def _write_rows(
    copy: Copy, columns: Sequence[Column], extract: Rows, refused: list[Refused]
) -> None:
    # All texts have one binary form, and psycopg knows how to write it as `text` only.
    copy.set_types(["text" if column.type.is_text else column.type.name for column in columns])
    for chunk in extract.chunks:
        for row in _storable(chunk, columns, refused):
            copy.write_row(row)


def _copy_sql(table: sql.Identifier, columns: Sequence[Column], form: str) -> sql.Composed:
    return sql.SQL("copy {} ({}) from stdin (format {})").format(
        table,
        names(columns),
        sql.SQL(form),
    )


def _storable(
    chunk: Sequence[Sequence[object]], columns: Sequence[Column], refused: list[Refused]
) -> Iterator[Sequence[object]]:
    texts = [position for position, column in enumerate(columns) if column.type.is_text]
    # One look at all the text of a chunk is much cheaper than one look at each value.
    whole = "".join(str(row[p]) for row in chunk for p in texts if row[p] is not None)
    if fault_of(whole) is None:
        yield from chunk
        return
    for row in chunk:
        fault = fault_of("".join(str(row[p]) for p in texts if row[p] is not None))
        if fault is None:
            yield row
        else:
            refused.append(Refused(hash_of_row(row), *fault))
