"""A stack for development: all of it with Dagster's pages, up until somebody stops it."""

from __future__ import annotations

import time

from rich.console import Console

from orchestration.demo.clock import working_morning
from orchestration.settings import Settings
from orchestration.stack.stack import Stack, StackPlan


def stay_up(
    settings: Settings, forces: tuple[str, ...], changes_per_second: float, console: Console
) -> None:
    """Start everything and wait for Ctrl-C; ProcessDied if a part ends by itself."""
    plan = StackPlan(forces=forces, clock_start=working_morning, with_pages=True)
    with Stack(settings, plan, lambda line: console.print(f"[dim]{line}[/dim]")) as stack:
        stack.start_living(changes_per_second)
        console.print(f"Dagster:            [bold]{stack.pages_url}[/bold]")
        console.print(f"What people get:    [bold]{stack.standin.url}/[/bold]")
        console.print(f"Logs:               {settings.run_folder}")
        console.print("Ctrl-C stops everything.")
        try:
            while True:
                stack.check()
                time.sleep(1)
        except KeyboardInterrupt:
            console.print("\nStopping ...")
