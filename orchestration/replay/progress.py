"""What a replay shows while it works: a bar on a terminal, a line for each month elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import psycopg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

SENT = """
    select
        (select count(*) from facts.fct_case_state_change where kind <> 'baseline'),
        (select count(*) from dispatch.message)
"""


class Progress(Protocol):
    """`begin` is called before every reading, `note` after it, `end` after the last."""

    def begin(self, month: str) -> None: ...

    def note(self, connection: psycopg.Connection[Any]) -> None: ...

    def end(self) -> None: ...


@contextmanager
def shown_progress(console: Console, months: int) -> Iterator[Progress]:
    """The progress that suits the console."""
    if not console.is_terminal:
        yield _Lines(console)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("months"),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=console, transient=True) as bar:
        yield _OnTerminal(bar, bar.add_task("Setting off", total=months))


class _OnTerminal:
    def __init__(self, bar: Bar, task: TaskID) -> None:
        self._bar = bar
        self._task = task
        self._month = ""

    def begin(self, month: str) -> None:
        if month != self._month:
            advance = 1 if self._month else 0
            self._bar.update(self._task, description=f"Replaying {month}", advance=advance)
            self._month = month

    def note(self, connection: psycopg.Connection[Any]) -> None:
        del connection

    def end(self) -> None:
        self._bar.update(self._task, description="Reckoning", advance=1)


class _Lines:
    """One line when a month has ended."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._month = ""
        self._began = time.monotonic()
        self._connection: psycopg.Connection[Any] | None = None

    def begin(self, month: str) -> None:
        if month != self._month:
            self.end()
            self._month, self._began = month, time.monotonic()

    def note(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def end(self) -> None:
        if self._connection is None:
            return
        changes, messages = self._connection.execute(SENT).fetchone() or (0, 0)
        seconds = time.monotonic() - self._began
        self._console.print(
            f"{self._month}: {seconds:.1f} s; {changes:,} changes and {messages:,} messages so far"
        )
