"""The three forms in which a reader hands rows over, each in the order of the declared columns.

How a form is copied into our database is the landing's business (`sensors.landing.intake`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from psycopg.abc import Buffer

if TYPE_CHECKING:
    import pyarrow as pa

Item = TypeVar("Item")


@dataclass(frozen=True)
class CopyBlocks:
    """The bytes of a binary COPY with exactly the declared types: the fastest form."""

    blocks: Iterator[Buffer]


@dataclass(frozen=True)
class Rows:
    """Python values in chunks of rows: for small batches, and for texts that are not UTF-8."""

    chunks: Iterator[Sequence[Sequence[object]]]


@dataclass(frozen=True)
class ArrowBatches:
    """Arrow record batches: bulk reads through ODBC."""

    batches: Iterator[pa.RecordBatch]


Extract = CopyBlocks | Rows | ArrowBatches


def while_reading(extract: Extract, guard: Callable[[], AbstractContextManager[None]]) -> Extract:
    """The same extract, whose iteration runs inside `guard()`."""
    match extract:
        case CopyBlocks():
            return CopyBlocks(_guarded(extract.blocks, guard))
        case Rows():
            return Rows(_guarded(extract.chunks, guard))
        case ArrowBatches():
            return ArrowBatches(_guarded(extract.batches, guard))


def _guarded(
    items: Iterator[Item], guard: Callable[[], AbstractContextManager[None]]
) -> Iterator[Item]:
    with guard():
        yield from items
