"""Every row of the files counts exactly once, as what it is."""

from __future__ import annotations

import polars as pl
import pytest

from simulation.open_data import OpenData, Tally, tally
from tests.simulation.open_data.files import (
    ANTI_SOCIAL,
    CAUTION,
    CHARGED,
    DECEMBER,
    FORCE,
    JANUARY,
    NOVEMBER,
    UNSOLVED,
)

# Crime and the month of its street file; crime, month of the file, month of the row, outcome.
Crimes = list[tuple[str | None, str]]
Rows = list[tuple[str | None, str, str, str]]
A_CRIME: Crimes = [("a", NOVEMBER)]


def files(crimes: Crimes, rows: Rows) -> OpenData:
    street = [
        (month, crime, "Luton", "Burglary" if crime else ANTI_SOCIAL) for crime, month in crimes
    ]
    outcomes = [(read_in, crime, month, outcome) for crime, read_in, month, outcome in rows]
    return OpenData(
        force=FORCE,
        files=6,
        months=(NOVEMBER, DECEMBER, JANUARY),
        missing=(),
        street=_frame(("file_month", "crime_id", "area", "crime_type"), street),
        outcomes=_frame(("file_month", "crime_id", "month", "outcome"), outcomes),
    )


def _frame(names: tuple[str, ...], rows: list[tuple[str, str | None, str, str]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def outcomes_of_one_crime(*rows: tuple[str, str, str]) -> Tally:
    return tally(files(A_CRIME, [("a", *row) for row in rows]))


def test_street_rows_are_crimes_duplicates_or_incidents() -> None:
    crimes: Crimes = [
        *(("a", NOVEMBER), (None, NOVEMBER), ("a", NOVEMBER), ("b", NOVEMBER)),
        *((None, DECEMBER), ("a", DECEMBER), (None, DECEMBER)),
    ]
    counted = tally(files(crimes, []))
    assert (counted.street_rows, counted.crimes) == (7, 2)
    assert (counted.duplicates, counted.incidents_without_crime) == (2, 3)


def test_the_first_outcome_is_linked() -> None:
    counted = outcomes_of_one_crime((NOVEMBER, NOVEMBER, UNSOLVED))
    assert (counted.outcome_rows, counted.linked, counted.repeated) == (1, 1, 0)


def test_an_outcome_that_is_in_force_already_is_repeated_in_whatever_month() -> None:
    counted = outcomes_of_one_crime(
        (NOVEMBER, NOVEMBER, UNSOLVED),
        (NOVEMBER, NOVEMBER, UNSOLVED),
        (DECEMBER, DECEMBER, UNSOLVED),
        # Dated back, and yet no correction, because it says nothing else.
        (DECEMBER, "2023-10", UNSOLVED),
    )
    assert (counted.linked, counted.repeated, counted.corrections) == (1, 3, 0)


def test_an_outcome_that_comes_back_is_linked_again() -> None:
    counted = outcomes_of_one_crime(
        (NOVEMBER, NOVEMBER, UNSOLVED),
        (DECEMBER, DECEMBER, CHARGED),
        (JANUARY, JANUARY, UNSOLVED),
    )
    assert (counted.linked, counted.repeated, counted.corrections) == (3, 0, 0)


def test_another_outcome_dated_back_corrects_and_does_not_come_into_force() -> None:
    counted = outcomes_of_one_crime(
        (DECEMBER, DECEMBER, UNSOLVED),
        (JANUARY, NOVEMBER, CAUTION),
        # Still what is in force, in spite of the correction.
        (JANUARY, JANUARY, UNSOLVED),
    )
    assert (counted.linked, counted.corrections, counted.repeated) == (2, 1, 1)


def test_a_late_outcome_of_the_same_month_is_no_correction() -> None:
    counted = outcomes_of_one_crime((NOVEMBER, NOVEMBER, UNSOLVED), (DECEMBER, NOVEMBER, CHARGED))
    assert (counted.linked, counted.corrections) == (2, 0)


def test_outcomes_of_different_crimes_are_not_compared() -> None:
    rows: Rows = [
        ("a", NOVEMBER, NOVEMBER, UNSOLVED),
        ("b", NOVEMBER, NOVEMBER, UNSOLVED),
        ("a", DECEMBER, DECEMBER, CHARGED),
    ]
    counted = tally(files([("a", NOVEMBER), ("b", NOVEMBER)], rows))
    assert (counted.linked, counted.repeated) == (3, 0)


def test_an_outcome_without_its_crime_is_orphaned() -> None:
    rows: Rows = [
        ("a", NOVEMBER, NOVEMBER, UNSOLVED),
        ("x", NOVEMBER, NOVEMBER, UNSOLVED),
        ("x", DECEMBER, DECEMBER, UNSOLVED),
        # It has no id, and nor has the incident: they do not belong together.
        (None, DECEMBER, DECEMBER, UNSOLVED),
    ]
    counted = tally(files([("a", NOVEMBER), (None, NOVEMBER)], rows))
    assert (counted.outcome_rows, counted.linked, counted.orphaned) == (4, 1, 3)


@pytest.mark.parametrize(
    ("read_in", "dated", "expected"),
    [
        (NOVEMBER, NOVEMBER, 1),
        (DECEMBER, DECEMBER, 0),
        # An outcome that is read with its crime has nothing to wait for, however old it is.
        (DECEMBER, NOVEMBER, 0),
        (JANUARY, NOVEMBER, 0),
    ],
)
def test_an_outcome_of_an_earlier_file_than_its_crime_is_before_it(
    read_in: str, dated: str, expected: int
) -> None:
    counted = tally(files([("a", DECEMBER)], [("a", read_in, dated, UNSOLVED)]))
    assert counted.before_their_crime == expected
    assert (counted.linked, counted.orphaned) == (1, 0)


def test_every_row_that_is_before_its_crime_counts_also_if_it_repeats() -> None:
    rows: Rows = [("a", NOVEMBER, NOVEMBER, UNSOLVED)] * 3
    counted = tally(files([("a", JANUARY)], rows))
    assert (counted.before_their_crime, counted.linked, counted.repeated) == (3, 1, 2)


def test_a_crime_listed_again_later_is_as_old_as_its_first_row() -> None:
    crimes: Crimes = [("a", NOVEMBER), ("a", JANUARY)]
    counted = tally(files(crimes, [("a", DECEMBER, DECEMBER, UNSOLVED)]))
    assert (counted.before_their_crime, counted.outcome_rows, counted.linked) == (0, 1, 1)
