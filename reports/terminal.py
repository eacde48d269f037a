"""Prints messages and summaries in a terminal. Never a name, a number or an address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

# As the columns of the first table say it.
WORDS = {"hold": "held", "suppress": "not sent"}


def print_message(console: Console, message: Mapping[str, Any]) -> None:
    """One delivered message as a line: who, what kind, and how long it took to hand over."""
    console.print(
        f"[green]delivered[/green] {message['force']:<15} {message['channel']:<5} "
        f"{message['journey']} / {message['step']}"
    )


def print_summary(console: Console, summary: Mapping[str, Any]) -> None:
    """A row per force, the reasons for not sending, and the totals."""
    # Without lines between the columns the longest name and real numbers fit into 80 characters.
    table = Table(
        title="What happened",
        title_justify="left",
        show_footer=True,
        box=box.SIMPLE_HEAD,
        show_edge=False,
        padding=0,
    )
    totals = summary["totals"]
    table.add_column("Force", footer="all", no_wrap=True)
    for name, footer in (
        ("landed", totals["landed"]),
        ("changes", totals["changes"]),
        ("send", totals["sent"]),
        ("held", totals["held"]),
        ("not sent", totals["suppressed"]),
        ("delivered", totals["delivered"]),
    ):
        # A number that is cut off would be another number.
        table.add_column(name, justify="right", footer=f"{footer:,}", overflow="fold")
    table.add_column("speed", justify="right", overflow="fold")
    for force, counts in summary["forces"].items():
        table.add_row(force, *_force_cells(counts))
    console.print(table)
    console.print(
        "Speed: median/95th percentile, from the commit in the force's warehouse until the "
        "provider accepted, for messages that could go at once. Not sent: suppressed for a reason."
    )
    _print_reasons(console, summary["forces"])
    console.print(
        f"Counted at the provider: [bold]{totals['lost']}[/bold] lost, "
        f"[bold]{totals['doubled']}[/bold] doubled."
    )


def _force_cells(counts: Mapping[str, Any]) -> list[str]:
    decisions = counts["decisions"]
    by_outcome = {name: sum(reasons.values()) for name, reasons in decisions.items()}
    latency = counts["latency"]
    numbers = [
        counts["landed"],
        sum(counts["changes"].values()),
        *(by_outcome.get(name, 0) for name in ("send", "hold", "suppress")),
        counts["messages"].get("delivered", 0),
    ]
    speed = f"{latency['median_s']:.1f}/{latency['p95_s']:.1f}s" if "median_s" in latency else "-"
    return [*(f"{number:,}" for number in numbers), speed]


def _print_reasons(console: Console, forces: Mapping[str, Any]) -> None:
    reasons: dict[tuple[str, str], int] = {}
    for counts in forces.values():
        for decision, by_reason in counts["decisions"].items():
            for reason, count in by_reason.items():
                if decision != "send":
                    reasons[decision, reason] = reasons.get((decision, reason), 0) + count
    table = Table(
        title="Why people were not messaged",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        padding=(0, 1, 0, 0),
    )
    table.add_column("decision")
    table.add_column("reason")
    table.add_column("times", justify="right")
    for (decision, reason), count in sorted(reasons.items(), key=lambda item: -item[1]):
        table.add_row(WORDS.get(decision, decision), reason.replace("_", " "), f"{count:,}")
    console.print(table)
