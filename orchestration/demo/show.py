"""The demo run itself: start a stack, let it live, show what arrives, and sum up."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from rich.console import Console

from orchestration.demo.clock import working_morning
from orchestration.demo.latency import measure
from orchestration.demo.summary import summarise
from orchestration.errors import OperatorError
from orchestration.settings import Settings
from orchestration.stack.stack import Stack, StackPlan
from orchestration.transform import Transform
from reports.demo_page import write_demo_page
from reports.terminal import print_message, print_summary

CHANGES_PER_SECOND = 6.0
DELIVERED_PER_FORCE = 4
LONGEST_ONCE_SECONDS = 240.0
# The sensors ask for the live run within seconds; its first look lands every force's baseline.
BASELINE_SECONDS = 180.0
DRAIN_SECONDS = 60.0


@dataclass(frozen=True)
class DemoPlan:
    """`once` ends by itself when every force has delivered; `minutes` bounds a longer show."""

    forces: tuple[str, ...] = ()
    once: bool = False
    minutes: float | None = None


class DemoIncomplete(OperatorError):
    """The demo ended without a delivered message for some force."""


def run_demo(settings: Settings, plan: DemoPlan, console: Console) -> dict[str, Any]:
    """Show the main job, and return the summary that is also written to the home folder."""
    stack_plan = StackPlan(forces=plan.forces, clock_start=working_morning)
    with Stack(settings, stack_plan, lambda line: console.print(f"[dim]{line}[/dim]")) as stack:
        _introduce(stack, console)
        try:
            _wait_for_baseline(stack)
            console.print("Every force has been read once. Now their cases change ...")
            stack.start_living(CHANGES_PER_SECOND)
            _watch(stack, plan, console)
        except KeyboardInterrupt:
            console.print("\nStopping ...")
        return _finish(stack, settings, plan, console)


def _introduce(stack: Stack, console: Console) -> None:
    console.print(f"What people would have received: [bold]{stack.standin.url}/[/bold]")
    console.print("Waiting until the daemon's live run has read every force once ...")


def _wait_for_baseline(stack: Stack) -> None:
    """What was there before is known and messages nobody; only then may cases change."""
    deadline = time.monotonic() + BASELINE_SECONDS
    wanted = {(force.name, feed.name) for force in stack.forces.values() for feed in force.feeds}
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        while time.monotonic() < deadline:
            stack.check()
            rows = connection.execute("select force, feed from landing.cursor where baseline_done")
            if wanted <= set(rows.fetchall()) and _is_transformed(connection):
                return
            time.sleep(0.5)
        frozen = connection.execute(
            "select force, frozen_reason from control.force_state where frozen_at is not null"
        ).fetchall()
    raise DemoIncomplete(
        f"Not every force was read within {BASELINE_SECONDS:.0f} s. "
        + ("; ".join(f"{force}: {reason}" for force, reason in frozen) or "No force is frozen; ")
        + f" Read {stack.settings.run_folder / 'code-server.log'}"
    )


def _watch(stack: Stack, plan: DemoPlan, console: Console) -> None:
    """Print messages as they are delivered until the plan says that it is enough."""
    started = time.monotonic()
    limit = plan.minutes * 60 if plan.minutes else LONGEST_ONCE_SECONDS if plan.once else None
    shown: set[str] = set()
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        while limit is None or time.monotonic() - started < limit:
            stack.check()
            for message in _newly_delivered(connection, shown):
                print_message(console, message)
            if plan.once and plan.minutes is None and _is_enough(connection, stack):
                return
            time.sleep(0.5)


def _newly_delivered(connection: psycopg.Connection[Any], shown: set[str]) -> list[dict[str, Any]]:
    cursor = connection.cursor(row_factory=psycopg.rows.dict_row)
    rows = cursor.execute(
        """
        select message_id::text, force, journey, step, channel, accepted_at,
               extract(epoch from accepted_wall - created_wall) as seconds
        from dispatch.message
        where state = 'DELIVERED' and not message_id::text = any(%s)
        order by final_at limit 20
        """,
        [list(shown)],
    ).fetchall()
    shown.update(row["message_id"] for row in rows)
    return rows


def _is_enough(connection: psycopg.Connection[Any], stack: Stack) -> bool:
    counts = dict(
        connection.execute(
            "select force, count(*) from dispatch.message where state = 'DELIVERED' group by 1"
        ).fetchall()
    )
    return all(counts.get(force, 0) >= DELIVERED_PER_FORCE for force in stack.forces)


def _finish(stack: Stack, settings: Settings, plan: DemoPlan, console: Console) -> dict[str, Any]:
    """Let what is under way arrive, bring the marts up to date, and sum up."""
    stack.stop_living()
    console.print("[dim]Letting what is under way arrive, then building the marts ...[/dim]")
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        _drain(connection)
        _build_marts(stack, settings)
        summary = summarise(
            connection,
            provider={force: stack.standin.references(force) for force in stack.forces},
            latency=measure(
                connection, {force: info.writer_url for force, info in stack.warehouses.items()}
            ),
        )
        page = write_demo_page(connection, summary, settings.home / "demo.html")
    _write(settings.home / "demo-summary.json", summary)
    print_summary(console, summary)
    silent = [
        f for f, counts in summary["forces"].items() if not counts["messages"].get("delivered")
    ]
    if silent and plan.once:
        raise DemoIncomplete(
            f"No message was delivered for {', '.join(silent)}. `kept status` says what each force "
            f"is waiting for; the logs are in {settings.run_folder}"
        )
    # A path that is broken into two lines cannot be opened from the terminal.
    console.print(f"The same as a page: [bold]{page}[/bold]", soft_wrap=True)
    return summary


def _drain(connection: psycopg.Connection[Any]) -> None:
    """Wait until nothing that is due is still on its way."""
    deadline = time.monotonic() + DRAIN_SECONDS
    under_way = """
        select count(*) from dispatch.message
        where state in ('LEASED', 'INFLIGHT', 'ACCEPTED')
            or (state = 'READY' and due_at <= control.now())
    """
    while time.monotonic() < deadline:
        row = connection.execute(under_way).fetchone()
        if row is not None and row[0] == 0 and _is_transformed(connection):
            return
        time.sleep(0.5)


def _is_transformed(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute(
        """
        select count(*) from landing.batch as batch
        left join control.transform_progress as progress on batch.force = progress.force
        where batch.batch_id > coalesce(progress.done_batch, 0) and batch.new_versions > 0
        """
    ).fetchone()
    return row is not None and row[0] == 0


def _build_marts(stack: Stack, settings: Settings) -> None:
    transform = Transform(stack.database_url, settings.run_folder / "demo-marts")
    transform.prepare()
    transform.build_marts()


def _write(path: Path, summary: dict[str, Any]) -> None:
    path.write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n")
