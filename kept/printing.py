"""Turns what the rooms answer into text for a terminal, or into JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

NUMBERS = ("due", "waiting", "being_sent", "unknown", "held", "delivered")


def as_json(value: object) -> str:
    """JSON with times and ids as text."""
    return json.dumps(value, default=str, ensure_ascii=False)


def print_status(console: Console, status: Mapping[str, Any]) -> None:
    clock = status["clock"]
    moved = " (moved: not the real time)" if clock["is_moved"] else ""
    console.print(f"Business clock: {clock['now']:%Y-%m-%d %H:%M:%S %Z}{moved}")
    for live in status["live"]:
        silent = live["silent_s"]
        state = "not running" if silent is None else f"heartbeat {float(silent):.0f} s ago"
        console.print(f"Live run `{live['live_group']}`: {state}")
    table = Table()
    table.add_column("force")
    table.add_column("reading")
    for name in NUMBERS:
        table.add_column(name.replace("_", " "), justify="right")
    for force in status["forces"]:
        table.add_row(force["force"], force["reading"], *(f"{force[name]:,}" for name in NUMBERS))
    console.print(table)
    for force in status["forces"]:
        if force["frozen_reason"]:
            console.print(f"[bold]{force['force']}[/bold]: {escape(force['frozen_reason'])}")
            console.print(f"  When it is mended: kept thaw --force {force['force']}")


def print_explanation(console: Console, found: Mapping[str, Any]) -> None:
    """Changes in the order they were seen, under each what was decided and what became of it."""
    messages = {message["decision_id"]: message for message in found["messages"]}
    console.print(f"[bold]{found['force']}[/bold], case {found['ref']}")
    for change in found["changes"]:
        was = f" (was {escape(change['from_value'])})" if change["from_value"] else ""
        console.print(
            f"\n{change['valid_at']:%Y-%m-%d %H:%M} {change['attribute']} = "
            f"[bold]{escape(str(change['to_value']))}[/bold]{was} ({change['kind']}), "
            f"seen {change['landed_at']:%Y-%m-%d %H:%M:%S}, version {change['version_id']}"
        )
        for decision in found["decisions"]:
            if decision["change_id"] == change["change_id"]:
                _print_decision(console, decision, messages.get(decision["decision_id"]))


def _print_decision(
    console: Console, decision: Mapping[str, Any], message: Mapping[str, Any] | None
) -> None:
    console.print(
        f"  {decision['decision']:<8} {decision['journey']} / {decision['step']}: "
        f"{decision['reason_code'].replace('_', ' ')}. {decision['meaning']} "
        f"(rule {decision['rule']}, seeds {decision['config_version'][:8]})",
        markup=False,
    )
    if message is not None:
        console.print(
            f"           {message['channel']} `{message['template']}`: {message['state']}"
            + (f" ({message['state_reason']})" if message["state_reason"] else ""),
            markup=False,
        )
        for event in message["events"] or []:
            console.print(f"           {event['at'][:19]} {event['from']} -> {event['to']}")
