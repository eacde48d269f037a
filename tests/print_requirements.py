"""Print which requirements the last test run showed: `python -m tests.print_requirements`.

It judges nothing: a requirement counts as shown when a passing test carries its id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tests.requirement_table import ROOT, SCOPES, Requirement, Shown, read_shown, requirements

MEANINGS = {
    "build": "we build it",
    "feed": "the national portal shows it, we supply the data",
    "later": "after the first release",
    "national": "the national portal's own",
    "out": "not part of this product",
}


def render(
    rows: Sequence[Requirement], shown: Mapping[str, list[str]], *, console: Console
) -> None:
    """One table for each scope, then the counts."""
    by_scope = {scope: [row for row in rows if row.scope == scope] for scope in SCOPES}
    for scope, members in by_scope.items():
        console.print(_scope_table(scope, members, shown))
    console.print(_counts(by_scope, shown))


def _scope_table(scope: str, members: list[Requirement], shown: Mapping[str, list[str]]) -> Table:
    table = Table(title=f"{scope}: {MEANINGS[scope]}", title_justify="left", box=None)
    for heading in ("id", "tests", "requirement"):
        table.add_column(heading, justify="right" if heading == "tests" else "left")
    for row in members:
        tests = len(shown.get(row.id, []))
        style = "" if tests else "dim"
        cells = (row.id, str(tests) if tests else "-", row.wording)
        table.add_row(*(Text(cell, style=style) for cell in cells))
    return table


def _counts(by_scope: Mapping[str, list[Requirement]], shown: Mapping[str, list[str]]) -> Table:
    table = Table(title="Requirements shown by passing tests", title_justify="left", box=None)
    for heading in ("scope", "shown", "not shown", "all"):
        table.add_column(heading, justify="left" if heading == "scope" else "right")
    totals = {scope: _split(members, shown) for scope, members in by_scope.items()}
    totals["all"] = (sum(s for s, _ in totals.values()), sum(n for _, n in totals.values()))
    for scope, (yes, no) in totals.items():
        table.add_row(scope, str(yes), str(no), str(yes + no))
    return table


def _split(members: list[Requirement], shown: Mapping[str, list[str]]) -> tuple[int, int]:
    yes = sum(bool(shown.get(row.id)) for row in members)
    return yes, len(members) - yes


def main(root: Path = ROOT) -> None:
    """Print the tables for the record under `root`."""
    console = Console()
    shown: Shown = read_shown(root)
    render(list(requirements().values()), shown, console=console)
    if not shown:
        console.print("No test has shown a requirement yet: run `make test` first.")


if __name__ == "__main__":
    main()
