"""The journey tables of every force folder as rows of text, as a spreadsheet would show them.

What the rows must satisfy is in the tests beside this file.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "dbt_project" / "models" / "staging"
GUIDE = ROOT / "docs" / "journeys.md"
FORCES = tuple(sorted(path.parent.name for path in FOLDER.glob("*/*_journeys.csv")))

Row = dict[str, str]

_PLACEHOLDER = re.compile(r"\(\(([^()]*)\)\)")

# The longest values that a force's systems plausibly give, so that fragments are counted high.
LONG_VALUES = {
    "force_name": "Cambridgeshire Constabulary",
    "crime_ref": "35NE/0001234/26",
    "incident_ref": "CC-01112026-0456",
    "officer_name": "PC 12345 Bartholomew Featherstonehaugh",
    "officer_team": "Peterborough Neighbourhood Policing Team",
    "crime_type": "Criminal damage and arson",
    "outcome_text": "We have decided that further investigation is not in the public interest",
    "expected_arrival_time": "10:30pm",
    "website_url": "https://www.bedfordshire.police.uk",
    "opt_out_url": "https://www.bedfordshire.police.uk/text-updates",
    "victim_support_url": "https://www.victimsupport.org.uk",
    "phone_line": "101",
    "event_text": "A person has been released while we continue to investigate",
    "given_name": "Bartholomew",
}


def read(force: str, table: str) -> list[Row]:
    """All rows of one table of one force; blank cells are empty strings."""
    with (FOLDER / force / f"{force}_{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def placeholders(text: str) -> set[str]:
    """The names between double round brackets."""
    return set(_PLACEHOLDER.findall(text))


def filled(text: str) -> str:
    """The text with every placeholder replaced by a long value."""
    return _PLACEHOLDER.sub(lambda match: LONG_VALUES[match.group(1)], text)


def channels(step: Row) -> set[str]:
    """The channels that a step may use, first choice and fallback."""
    return {step["channel"], step["fallback_channel"]} - {""}


def in_english(force: str) -> dict[tuple[str, str], Row]:
    """The force's English templates by template and channel."""
    rows = [row for row in read(force, "templates") if row["language"] == "en"]
    return {(row["template"], row["channel"]): row for row in rows}
