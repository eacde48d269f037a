"""The table of requirements in docs/requirements.csv and the record of which tests show them.

Which test shows which requirement is said by a marker on the test, never here.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs" / "requirements.csv"
SHOWN = Path(".kept") / "requirements-shown.json"
SCOPES = ("build", "feed", "later", "national", "out")

Shown = dict[str, list[str]]


@dataclass(frozen=True)
class Requirement:
    """One row: `id` such as UJ-4, `scope` one of SCOPES, `wording` in the project's own words."""

    id: str
    scope: str
    wording: str


def requirements(table: Path = TABLE) -> dict[str, Requirement]:
    """All requirements by id, in the order of the table."""
    with table.open(encoding="utf-8", newline="") as file:
        rows = [
            Requirement(row["id"], row["scope"], row["wording"]) for row in csv.DictReader(file)
        ]
    return {row.id: row for row in rows}


def unknown(ids: Iterable[str], known: Mapping[str, Requirement]) -> list[str]:
    """The ids that the table does not have, sorted."""
    return sorted(set(ids) - known.keys())


def read_shown(root: Path) -> Shown:
    """Requirement id to the node ids of the tests that passed; empty before the first run."""
    path = root / SHOWN
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def write_shown(root: Path, shown: Mapping[str, Iterable[str]]) -> None:
    """Replace the record of the last run."""
    path = root / SHOWN
    path.parent.mkdir(exist_ok=True)
    ordered = {name: sorted(set(shown[name])) for name in sorted(shown)}
    path.write_text(json.dumps(ordered, indent=2) + "\n", encoding="utf-8")
