"""Copying what a reader read into the session's temporary table, whatever form it came in.

Nothing is judged here except values that PostgreSQL could not hold at all (see `Refused`).
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg import Copy, sql

from sensors.canonical import names
from sensors.feeds import Column
from sensors.landing.tables import Connection
from sensors.readers.extract import ArrowBatches, CopyBlocks, Extract, Rows

if TYPE_CHECKING:
    import pyarrow as pa

# libpq takes one message per call; a row at a time costs more than the copying itself.
BLOCK = 64 * 1024


@dataclass(frozen=True)
class Refused:
    """A row that could not even be copied: a hash instead of its key, and the reason."""

    key_hash: str
    reason: str
    detail: str


@dataclass(frozen=True)
class Copied:
    """How many rows were read, and which of them were left out."""

    read_rows: int
    refused: tuple[Refused, ...]


def copy_in(
    connection: Connection, table: sql.Identifier, columns: Sequence[Column], extract: Extract
) -> Copied:
    """Copy the extract into `table`, leaving out the rows that it cannot hold."""
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
                _write_batches(copy, columns, extract, refused)
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
    copy.set_types([column.type.name for column in columns])
    for chunk in extract.chunks:
        for row in _storable(chunk, columns, refused):
            copy.write_row(row)


def _write_batches(
    copy: Copy, columns: Sequence[Column], extract: ArrowBatches, refused: list[Refused]
) -> None:
    from pyarrow import csv

    options = csv.WriteOptions(include_header=False)
    for batch in extract.batches:
        buffer = io.BytesIO()
        csv.write_csv(_storable_batch(batch, columns, refused), buffer, options)
        copy.write(buffer.getbuffer())


def _copy_sql(table: sql.Identifier, columns: Sequence[Column], form: str) -> sql.Composed:
    return sql.SQL("copy {} ({}) from stdin (format {})").format(
        table,
        names(columns),
        sql.SQL(form),  # type: ignore[arg-type]
    )


def _storable(
    chunk: Sequence[Sequence[object]], columns: Sequence[Column], refused: list[Refused]
) -> Iterator[Sequence[object]]:
    texts = [position for position, column in enumerate(columns) if column.type.is_text]
    # One look at all the text of a chunk is much cheaper than one look at each value.
    whole = "".join(str(row[p]) for row in chunk for p in texts if row[p] is not None)
    if _fault(whole) is None:
        yield from chunk
        return
    for row in chunk:
        fault = _fault("".join(str(row[p]) for p in texts if row[p] is not None))
        if fault is None:
            yield row
        else:
            refused.append(Refused(_hash_of(row), *fault))


def _fault(text: str) -> tuple[str, str] | None:
    if "\0" in text:
        return "nul_byte", "a text holds a NUL character"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "not_utf8", "a text holds bytes that are not UTF-8, or a lone surrogate"
    return None


def _storable_batch(
    batch: pa.RecordBatch, columns: Sequence[Column], refused: list[Refused]
) -> pa.RecordBatch:
    import pyarrow as pa
    import pyarrow.compute as pc

    bad = None
    for position, column in enumerate(columns):
        if column.type.is_text:
            here = pc.fill_null(pc.match_substring(batch.column(position), "\0"), False)
            bad = here if bad is None else pc.or_(bad, here)
    if bad is None or not pc.any(bad).as_py():
        return batch
    for row in batch.filter(bad).to_pylist():
        fault = ("nul_byte", "a text holds a NUL character")
        refused.append(Refused(_hash_of(list(row.values())), *fault))
    return batch.filter(pc.invert(bad).cast(pa.bool_()))


def _hash_of(row: Sequence[object]) -> str:
    text = repr([None if value is None else str(value) for value in row])
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
