"""Writes small folders of files in the exact layout of data.police.uk, with every quirk they have.

`write_three_months` always writes the same rows; what they must lead to is in the tests.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

FORCE = "bedfordshire"
STREET = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context"
)
OUTCOMES = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Outcome type"
)
WHERE = "On or near Church Lane"
ANTI_SOCIAL = "Anti-social behaviour"
CRIME_TYPES = (
    "Bicycle theft",
    "Burglary",
    "Criminal damage and arson",
    "Drugs",
    "Other crime",
    "Other theft",
    "Possession of weapons",
    "Public order",
    "Robbery",
    "Shoplifting",
    "Theft from the person",
    "Vehicle crime",
    "Violence and sexual offences",
)
UNSOLVED = "Investigation complete; no suspect identified"
CHARGED = "Suspect charged"
CAUTION = "Offender given a caution"
RESOLVED = "Local resolution"
ENDS = (UNSOLVED, "Unable to prosecute suspect", CHARGED, RESOLVED, CAUTION)

NOVEMBER, DECEMBER, JANUARY = "2023-11", "2023-12", "2024-01"
CRIMES_A_MONTH = 60
INCIDENTS_A_MONTH = 20
# The first crimes of a month end at once; those from number 30 on are left to the quirks.
ENDED_AT_ONCE = 30


@dataclass(frozen=True)
class Street:
    """A row of a street file; an empty id is an incident that was not recorded as a crime."""

    crime: str
    kind: str = "Burglary"
    area: str = "Luton 009F"


@dataclass(frozen=True)
class Ended:
    """A row of an outcomes file."""

    crime: str
    month: str
    outcome: str


def crime_id(name: str) -> str:
    """An id such as the site gives: 64 hexadecimal digits, and the same for the same name."""
    return hashlib.sha256(name.encode()).hexdigest()


def street_text(month: str, rows: Sequence[Street]) -> str:
    return _text(
        STREET,
        (
            [row.crime, month, *_place(row.area), row.kind, "" if not row.crime else "Unknown", ""]
            for row in rows
        ),
    )


def outcomes_text(rows: Sequence[Ended]) -> str:
    return _text(
        OUTCOMES, ([row.crime, row.month, *_place("Luton 009F"), row.outcome] for row in rows)
    )


def write(
    folder: Path, month: str, kind: str, text: str, *, gz: bool = False, force: str = FORCE
) -> Path:
    """Keep a text as the file of a month, in the month's own folder as the site's archive does."""
    name = f"{month}-{force}-{kind}.csv"
    path = folder / month / (f"{name}.gz" if gz else name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()) if gz else text.encode())
    return path


def write_three_months(folder: Path) -> Path:
    """November to January, but no street file of December; two of the files are compressed."""
    write(folder, NOVEMBER, "street", street_text(NOVEMBER, _november()))
    write(folder, NOVEMBER, "outcomes", outcomes_text(_ended_in_november()), gz=True)
    write(folder, DECEMBER, "outcomes", outcomes_text(_ended_in_december()))
    write(folder, JANUARY, "street", street_text(JANUARY, _january()), gz=True)
    write(folder, JANUARY, "outcomes", outcomes_text(_ended_in_january()))
    return folder


def three_months_otherwise(folder: Path) -> Path:
    """The same files under other folders, so that a walk through them meets the last month first,
    and each compressed if it was plain and plain if it was compressed."""
    original = write_three_months(folder / "original")
    turned = folder / "turned"
    for place, month in enumerate((JANUARY, DECEMBER, NOVEMBER)):
        for path in sorted((original / month).iterdir(), reverse=True):
            gz = path.suffix == ".gz"
            text = gzip.decompress(path.read_bytes()) if gz else path.read_bytes()
            name = path.name.removesuffix(".gz") if gz else f"{path.name}.gz"
            target = turned / f"part {place}" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text if gz else gzip.compress(text))
    return turned


def november(number: int) -> str:
    return crime_id(f"november {number}")


def january(number: int) -> str:
    return crime_id(f"january {number}")


def _november() -> list[Street]:
    rows = _month(NOVEMBER)
    # Spaces would make another crime of it, and the site lists some crimes twice.
    rows[3] = Street(f" {november(3)}  ", rows[3].kind)
    return [*rows, rows[0]]


def _january() -> list[Street]:
    earlier = _month(NOVEMBER)
    return [earlier[1], *_month(JANUARY), earlier[2]]


def _month(month: str) -> list[Street]:
    of = november if month == NOVEMBER else january
    crimes = [
        Street(of(number), CRIME_TYPES[number % len(CRIME_TYPES)])
        for number in range(CRIMES_A_MONTH)
    ]
    areas = ("Luton 009F", "Bedford 001A", "")
    incidents = [
        Street("", ANTI_SOCIAL, areas[number % len(areas)]) for number in range(INCIDENTS_A_MONTH)
    ]
    return [*crimes, *incidents]


def _ended_in_november() -> list[Ended]:
    return [
        *(
            Ended(november(number), NOVEMBER, ENDS[number % len(ENDS)])
            for number in range(ENDED_AT_ONCE)
        ),
        # 30: three identical rows, the third a month later.
        *[Ended(november(30), NOVEMBER, RESOLVED)] * 2,
        # 31 is changed once, 32 changed and changed back.
        Ended(november(31), NOVEMBER, UNSOLVED),
        Ended(f"  {november(32)}", NOVEMBER, UNSOLVED),
        # Crimes whose street rows come in January.
        Ended(january(30), NOVEMBER, UNSOLVED),
        Ended(january(33), NOVEMBER, UNSOLVED),
        # Crimes that no street file has.
        *(Ended(crime_id(f"stranger {number}"), NOVEMBER, UNSOLVED) for number in range(5)),
    ]


def _ended_in_december() -> list[Ended]:
    return [
        Ended(november(30), DECEMBER, RESOLVED),
        Ended(november(31), DECEMBER, CHARGED),
        Ended(november(32), DECEMBER, CHARGED),
        # What comes for these in January is dated before this.
        *(Ended(november(number), DECEMBER, UNSOLVED) for number in (33, 34, 35)),
        *[Ended(january(31), DECEMBER, UNSOLVED)] * 2,
        Ended(crime_id("stranger 0"), NOVEMBER, UNSOLVED),
        Ended("", DECEMBER, UNSOLVED),
    ]


def _ended_in_january() -> list[Ended]:
    return [
        *(
            Ended(january(number), JANUARY, ENDS[number % len(ENDS)])
            for number in range(ENDED_AT_ONCE)
        ),
        Ended(november(32), JANUARY, UNSOLVED),
        # Dated back: 33 says something else, 34 what is in force, 35 something else that is
        # followed by what is in force.
        Ended(november(33), NOVEMBER, CAUTION),
        Ended(november(34), NOVEMBER, UNSOLVED),
        Ended(november(35), NOVEMBER, CAUTION),
        Ended(november(35), JANUARY, UNSOLVED),
        # Dated before its crime, and yet in the same file's month.
        Ended(january(32), DECEMBER, UNSOLVED),
        Ended(january(33), JANUARY, CHARGED),
    ]


def _place(area: str) -> tuple[str, ...]:
    reported = "Bedfordshire Police"
    return (reported, reported, "-0.418000", "51.880000", WHERE, "E01015761", area)


def _text(header: str, rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    text.write(f"{header}\n")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
