"""What a replay says when it has ended: the file that is kept, and the tables on the terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from orchestration.replay.checks import Check
from orchestration.replay.counting import Found
from simulation.open_data import OpenData, Tally

ATTRIBUTION = (
    "Contains public sector information licensed under the Open Government Licence v3.0 "
    "(data.police.uk). People, contact details, grades and days are generated."
)


@dataclass(frozen=True)
class Reckoning:
    """Everything a replay has found out."""

    data: OpenData
    files: Tally
    found: Found
    checks: Mapping[str, Check]
    seconds: Mapping[str, float]
    memory: Mapping[str, int]

    @property
    def is_right(self) -> bool:
        return all(check.ok for check in self.checks.values())


def as_json(reckoning: Reckoning) -> dict[str, Any]:
    """The report in the form that is kept and compared."""
    data, files, found = reckoning.data, reckoning.files, reckoning.found
    rows = files.street_rows + files.outcome_rows
    return {
        "force": data.force,
        "files": data.files,
        "months": [data.months[0], data.months[-1], len(data.months)],
        "missing_files": list(data.missing),
        "street_rows": files.street_rows,
        "outcome_rows": files.outcome_rows,
        "crimes": files.crimes,
        "duplicate_street_rows": files.duplicates,
        "incidents_without_crime": files.incidents_without_crime,
        "linked_outcomes": files.linked,
        "repeated_outcomes": files.repeated,
        "orphaned_outcomes": files.orphaned,
        "changes": {kind: sum(counts.values()) for kind, counts in found.changes.items()},
        "changes_by_attribute": _by_attribute(found),
        "quarantined": found.quarantined,
        "decisions": found.decisions,
        "messages": found.messages,
        "provider": {
            "rows": found.provider.rows,
            "lost": found.provider.lost,
            "doubled": found.provider.doubled,
        },
        "checks": {name: check.as_json() for name, check in reckoning.checks.items()},
        "seconds": dict(reckoning.seconds),
        "rows_per_second": round(rows / reckoning.seconds["total"]),
        "peak_memory_mb": sum(reckoning.memory.values()),
        "peak_memory_mb_by_process": dict(reckoning.memory),
        "attribution": ATTRIBUTION,
    }


def write_report(path: Path, report: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def print_report(console: Console, report: Mapping[str, Any], path: Path) -> None:
    """The sums, then what was decided and what became of the messages."""
    sums = Table("sum", "expected", "found", "", title=f"Reconciliation of {report['force']}")
    for name, check in report["checks"].items():
        sums.add_row(
            name, f"{check['expected']:,}", f"{check['found']:,}", "ok" if check["ok"] else "WRONG"
        )
    console.print(sums)
    for title in ("changes", "quarantined", "decisions", "messages"):
        console.print(f"[bold]{title}[/bold]: {_in_words(report[title])}", highlight=False)
    if report["missing_files"]:
        console.print(f"Months without a file: {', '.join(report['missing_files'])}")
    console.print(
        f"{report['street_rows'] + report['outcome_rows']:,} rows in "
        f"{report['seconds']['total']:.0f} s ({report['rows_per_second']:,} a second), "
        f"at most {report['peak_memory_mb']:,} MB besides PostgreSQL. Kept in {path}"
    )
    console.print(f"[dim]{ATTRIBUTION}[/dim]")


def _by_attribute(found: Found) -> dict[str, dict[str, int]]:
    turned: dict[str, dict[str, int]] = {}
    for kind, counts in found.changes.items():
        for attribute, number in counts.items():
            turned.setdefault(attribute, {})[kind] = number
    return dict(sorted(turned.items()))


def _in_words(counts: Mapping[str, Any]) -> str:
    parts = [
        f"{name.replace('_', ' ')} ({_in_words(value)})"
        if isinstance(value, Mapping)
        else f"{name.replace('_', ' ')} {value:,}"
        for name, value in counts.items()
    ]
    return ", ".join(parts) or "none"
