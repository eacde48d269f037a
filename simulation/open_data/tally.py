"""What the files must lead to, counted from the files alone: the expected side of all checks.

It shares nothing with the pipeline, so that the two can disagree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from simulation.open_data.files import OpenData


@dataclass(frozen=True)
class Tally:
    """Rows by what they are. Each street row and each outcome row counts exactly once.

    A repeated outcome row says what is in force already; `corrections` are those linked rows that
    are dated before it, `before_their_crime` are rows of an earlier file than their crime's.
    """

    street_rows: int
    crimes: int
    duplicates: int
    incidents_without_crime: int
    outcome_rows: int
    linked: int
    corrections: int
    repeated: int
    orphaned: int
    before_their_crime: int


def tally(data: OpenData) -> Tally:
    """Count the rows of the files."""
    numbered = data.street.filter(pl.col("crime_id").is_not_null())
    crimes = numbered.unique("crime_id", keep="first", maintain_order=True)
    known = crimes.select("crime_id", pl.col("file_month").alias("crimed_in"))
    linkable = data.outcomes.join(known, on="crime_id", how="inner", maintain_order="left")
    linked, corrections = _news(linkable.select("crime_id", "month", "outcome").iter_rows())
    return Tally(
        street_rows=data.street.height,
        crimes=crimes.height,
        duplicates=numbered.height - crimes.height,
        incidents_without_crime=data.street.height - numbered.height,
        outcome_rows=data.outcomes.height,
        linked=linked,
        corrections=corrections,
        repeated=linkable.height - linked,
        orphaned=data.outcomes.height - linkable.height,
        before_their_crime=linkable.filter(pl.col("file_month") < pl.col("crimed_in")).height,
    )


def _news(rows: Iterable[tuple[str, str, str]]) -> tuple[int, int]:
    """How many rows, in their order, differ from what was in force, and how many look back."""
    in_force: dict[str, tuple[str, str]] = {}
    linked = corrections = 0
    for crime, month, outcome in rows:
        before = in_force.get(crime)
        if before is not None and before[1] == outcome:
            continue
        linked += 1
        if before is not None and month < before[0]:
            corrections += 1
        else:
            in_force[crime] = (month, outcome)
    return linked, corrections
