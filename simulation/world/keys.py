"""How whole-number keys are made: every key of a case follows from its serial number.

Incidents and crimes carry their year, so that any system's reference can be written from the key.
"""

from __future__ import annotations

YEAR_FACTOR = 10_000_000
PEOPLE_PER_CASE = 10
ROWS_PER_CASE = 40
CRIMES_PER_CASE = 2
FIRST_OFFICER = 1001


def incident_key(serial: int, year: int) -> int:
    """The key of the case's incident: two digits of the year, then the serial number."""
    return yearly_key(serial, year)


def crime_key(serial: int, year: int, index: int) -> int:
    """The key of the case's crime number `index`, counted from 0."""
    return yearly_key(serial * CRIMES_PER_CASE + index, year)


def yearly_key(number: int, year: int) -> int:
    """A key that fits 32 bits: two digits of the year, then seven of the number."""
    if not 0 <= number < YEAR_FACTOR:
        raise ValueError(f"The number {number} does not fit the seven digits of a yearly key")
    return year % 100 * YEAR_FACTOR + number


def number_of(key: int) -> int:
    return key % YEAR_FACTOR


def year_of(key: int) -> int:
    """The two digits of the year."""
    return key // YEAR_FACTOR


def person_key(serial: int, index: int) -> int:
    return serial * PEOPLE_PER_CASE + index


def row_key(serial: int, index: int) -> int:
    """The key of an involvement, outcome or suspect event: each counts for itself in a case."""
    if index >= ROWS_PER_CASE:
        raise ValueError(f"Case {serial} has more than {ROWS_PER_CASE} rows of one kind")
    return serial * ROWS_PER_CASE + index
