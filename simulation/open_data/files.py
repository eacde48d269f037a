"""Reads a folder of street and outcomes CSV files, plain or compressed, and checks them.

Files are taken in the order of their months, rows in the order of their file. What the rows mean
is `story`'s business.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from simulation.open_data.errors import OpenDataError
from simulation.open_data.vocabulary import CRIME_TYPES, OUTCOME_TYPES

STREET_COLUMNS = ("Crime ID", "Month", "LSOA name", "Crime type")
OUTCOME_COLUMNS = ("Crime ID", "Month", "Outcome type")
# The columns that the site writes and we have no use for are not asked for.
_NAME = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2]))-(.+)-(street|outcomes)\.csv(\.gz)?")
_MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"


@dataclass(frozen=True)
class OpenData:
    """The rows of one force. Both frames have `file_month` ("2024-01") as their first column.

    `street`: crime_id (null for anti-social behaviour), area, crime_type. `outcomes`: crime_id,
    month, outcome. `missing` names the files that a month between the first and the last lacks.
    """

    force: str
    files: int
    months: tuple[str, ...]
    missing: tuple[str, ...]
    street: pl.DataFrame
    outcomes: pl.DataFrame


@dataclass(frozen=True)
class _File:
    path: Path
    month: str
    kind: str


def read_open_data(folder: Path, force: str, *, months: int | None = None) -> OpenData:
    """All files of the force in the folder and the folders below it, or those of the first months.

    Raises OpenDataError for an empty folder, a file that is no such CSV, a missing column, a
    month or a type that is none, naming the file and the column.
    """
    files = _find(folder, force)
    wanted = _months(files)[:months]
    files = [file for file in files if file.month in wanted]
    street = [_street(file) for file in files if file.kind == "street"]
    outcomes = [_outcomes(file) for file in files if file.kind == "outcomes"]
    if not street:
        raise OpenDataError(f"{folder} holds outcomes of {force} but no street file")
    return OpenData(
        force=force,
        files=len(files),
        months=wanted,
        missing=_missing(files, wanted),
        street=pl.concat(street),
        outcomes=pl.concat(outcomes) if outcomes else _no_outcomes(),
    )


def _find(folder: Path, force: str) -> list[_File]:
    if not folder.is_dir():
        raise OpenDataError(f"{folder} is not a folder; name the one with the CSV files")
    found: dict[tuple[str, str], _File] = {}
    others = set()
    for path in sorted(folder.rglob("*.csv*")):
        match = _NAME.fullmatch(path.name)
        if match is None:
            continue
        month, place, kind, _ = match.groups()
        if place != force:
            others.add(place)
        elif (month, kind) in found:
            raise OpenDataError(
                f"{path.name} is there twice, as {found[month, kind].path} and {path}: remove one"
            )
        else:
            found[month, kind] = _File(path, month, kind)
    if not found:
        raise OpenDataError(_nothing(folder, force, others))
    return [found[key] for key in sorted(found)]


def _nothing(folder: Path, force: str, others: set[str]) -> str:
    pattern = f"like 2024-01-{force}-street.csv or .csv.gz"
    if others:
        return f"{folder} has files of {', '.join(sorted(others))} but none of {force}, {pattern}"
    return f"{folder} has no street or outcomes files {pattern}; download them from data.police.uk"


def _months(files: Sequence[_File]) -> tuple[str, ...]:
    """Every month from the first to the last, also one without files."""
    first, last = (date.fromisoformat(f"{files[n].month}-01") for n in (0, -1))
    days = pl.date_range(first, last, "1mo", eager=True)
    return tuple(days.dt.strftime("%Y-%m").to_list())


def _missing(files: Sequence[_File], months: Sequence[str]) -> tuple[str, ...]:
    there = {(file.month, file.kind) for file in files}
    kinds = ("street", "outcomes")
    return tuple(f"{m}-{kind}" for m in months for kind in kinds if (m, kind) not in there)


def _street(file: _File) -> pl.DataFrame:
    rows = _read(file, STREET_COLUMNS)
    _refuse(file, rows, "Month", pl.col("Month") != file.month, "not the month of the file")
    _refuse(file, rows, "Crime type", ~pl.col("Crime type").is_in(list(CRIME_TYPES)), "unknown")
    unnumbered = pl.col("Crime ID").is_null() & (pl.col("Crime type") != "Anti-social behaviour")
    _refuse(file, rows, "Crime ID", unnumbered, "empty for a crime")
    return rows.select(
        pl.lit(file.month).alias("file_month"),
        pl.col("Crime ID").alias("crime_id"),
        # "Luton 017E" is a small area of the district Luton.
        pl.col("LSOA name").str.replace(r"\s+\w+$", "").alias("area"),
        pl.col("Crime type").alias("crime_type"),
    )


def _outcomes(file: _File) -> pl.DataFrame:
    rows = _read(file, OUTCOME_COLUMNS)
    _refuse(file, rows, "Month", pl.col("Month") > file.month, "later than the month of the file")
    unknown = ~pl.col("Outcome type").is_in(list(OUTCOME_TYPES))
    _refuse(file, rows, "Outcome type", unknown, "unknown")
    return rows.select(
        pl.lit(file.month).alias("file_month"),
        pl.col("Crime ID").alias("crime_id"),
        pl.col("Month").alias("month"),
        pl.col("Outcome type").alias("outcome"),
    )


def _no_outcomes() -> pl.DataFrame:
    names = ("file_month", "crime_id", "month", "outcome")
    return pl.DataFrame(schema=dict.fromkeys(names, pl.String))


def _read(file: _File, columns: Sequence[str]) -> pl.DataFrame:
    """The file's columns as text; an empty text is nothing."""
    try:
        rows = pl.read_csv(file.path, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise OpenDataError(
            f"{file.path.name} cannot be read as CSV ({type(error).__name__}): download it again"
        ) from error
    absent = [column for column in columns if column not in rows.columns]
    if absent:
        raise OpenDataError(
            f"{file.path.name} has no column {absent[0]!r}; its columns are: "
            f"{', '.join(rows.columns)}"
        )
    # Spaces around a value would make another crime of it.
    trimmed = rows.select(pl.col(columns).str.strip_chars())
    chosen = trimmed.with_columns(pl.when(pl.all() != "").then(pl.all()))
    bad_month = ~pl.col("Month").str.contains(_MONTH).fill_null(False)
    _refuse(file, chosen, "Month", bad_month, "not a month like 2024-01")
    return chosen


def _refuse(file: _File, rows: pl.DataFrame, column: str, bad: pl.Expr, reason: str) -> None:
    """OpenDataError for the first row that meets the condition, or has no answer to it."""
    found = rows.with_row_index("line", offset=2).filter(bad.fill_null(column != "Crime ID"))
    if found.height:
        line, value = found.select("line", column).row(0)
        raise OpenDataError(
            f"{file.path.name}, line {line}, column {column!r}: {value!r} is {reason}"
            f" ({found.height} such row{'s' if found.height > 1 else ''})"
        )
