"""Arrow record batches as the CSV of a COPY: nulls stay bare, texts are quoted.

The only module of the landing that loads Arrow.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc
from psycopg import Copy
from pyarrow import csv

from sensors.feeds import Column
from sensors.landing.refusal import Refused, fault_of, hash_of_row
from sensors.readers.extract import ArrowBatches


def write_batches(
    copy: Copy, columns: Sequence[Column], extract: ArrowBatches, refused: list[Refused]
) -> None:
    """Write all batches, and add the rows that cannot be stored to `refused`."""
    options = csv.WriteOptions(include_header=False)
    for batch in extract.batches:
        buffer = io.BytesIO()
        csv.write_csv(_storable(batch, columns, refused), buffer, options)
        copy.write(buffer.getbuffer())


def _storable(
    batch: pa.RecordBatch, columns: Sequence[Column], refused: list[Refused]
) -> pa.RecordBatch:
    bad = None
    for position, column in enumerate(columns):
        if column.type.is_text:
            here = pc.fill_null(pc.match_substring(batch.column(position), "\0"), False)
            bad = here if bad is None else pc.or_(bad, here)
    if bad is None or not pc.any(bad).as_py():
        return batch
    for row in batch.filter(bad).to_pylist():
        reason, detail = fault_of("\0") or ("", "")
        refused.append(Refused(hash_of_row(list(row.values())), reason, detail))
    return batch.filter(pc.invert(bad))
