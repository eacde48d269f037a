"""A replay from beginning to end: read the files, build two databases, play the months, reckon.

Whatever happens, nothing that it started is left running.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
from rich.console import Console

from deploy.local.processes import Supervisor
from orchestration.errors import OperatorError
from orchestration.replay.checks import checks
from orchestration.replay.counting import count
from orchestration.replay.databases import make_product, make_source, replayed_force
from orchestration.replay.interruption import Interruption, interruptible
from orchestration.replay.loop import Loop
from orchestration.replay.memory import peak_megabytes
from orchestration.replay.plan import ReplayPlan
from orchestration.replay.progress import Progress, shown_progress
from orchestration.replay.report import Reckoning, as_json, print_report, write_report
from orchestration.replay.sending import Sending, start_sending
from orchestration.replay.servers import lent_server
from orchestration.replay.stopwatch import Stopwatch
from orchestration.settings import Settings
from orchestration.transform import Transform
from sensors.readers.choose import open_reader
from simulation.open_data import OpenData, OpenDataError, Story, read_open_data, tally
from simulation.warehouses.build import WarehouseInfo
from simulation.warehouses.warehouse import Warehouse


class SumsDoNotMatch(OperatorError):
    """The reconciliation does not add up; the message names the first sum."""


def replay_open_data(
    settings: Settings, folder: Path, force: str, console: Console
) -> dict[str, Any]:
    """Replay a folder of data.police.uk files as the life of `force`; return the report.

    The force's demo warehouse and the product's own database stay as they are. OperatorError for
    files that cannot be used, and for sums that do not match.
    """
    return run_replay(settings, ReplayPlan(folder, force, name=force), console)


def run_replay(settings: Settings, plan: ReplayPlan, console: Console) -> dict[str, Any]:
    """Play the plan, keep the report in the home folder, print it and return it."""
    watch = Stopwatch()
    with interruptible() as interruption, ExitStack() as stack:
        with watch("reading files"):
            data = _read(plan)
        console.print(
            f"{data.files} files of {plan.force}: {data.street.height:,} street rows and "
            f"{data.outcomes.height:,} outcome rows, {data.months[0]} to {data.months[-1]}"
        )
        replay = _Replay(settings, plan, console, watch, interruption)
        reckoning = replay.play(stack, data)
    report = as_json(reckoning)
    path = plan.report(settings)
    write_report(path, report)
    print_report(console, report, path)
    if not reckoning.is_right:
        wrong = next(name for name, check in reckoning.checks.items() if not check.ok)
        raise SumsDoNotMatch(f"The replay of {plan.force} does not add up: {wrong}; see {path}")
    return report


class _Replay:
    """One run of a plan; what it opens is closed by the stack that is passed in."""

    def __init__(
        self,
        settings: Settings,
        plan: ReplayPlan,
        console: Console,
        watch: Stopwatch,
        interruption: Interruption,
    ) -> None:
        self._settings = settings
        self._plan = plan
        self._console = console
        self._watch = watch
        self._check: Callable[[], None] = interruption.check
        self._folder = plan.run_folder(settings)

    def play(self, stack: ExitStack, data: OpenData) -> Reckoning:
        story = Story(data, days_between=self._plan.days_between)
        supervisor = Supervisor(self._folder)
        supervisor.end_leftovers()
        with self._watch("set-up"):
            self._console.print("[dim]Building the warehouse and the product's tables ...[/dim]")
            server = stack.enter_context(lent_server(self._settings))
            info = make_source(server, self._plan, begins_at=story.begins_at)
            url, transform = make_product(server, self._plan, self._folder, self._check)
            sending = start_sending(
                self._folder, supervisor, database_url=url, force=self._plan.force
            )
            stack.callback(sending.stop)
        loop = self._loop(stack, url, info, transform, sending)
        progress = stack.enter_context(shown_progress(self._console, len(data.months)))
        self._play_months(loop, story, progress)
        return self._reckon(loop, data)

    def _loop(
        self,
        stack: ExitStack,
        url: str,
        info: WarehouseInfo,
        transform: Transform,
        sending: Sending,
    ) -> Loop:
        force = replayed_force(self._plan.force)
        reader = open_reader(info.reader_url, force)
        stack.callback(reader.close)
        return Loop(
            connection=stack.enter_context(psycopg.connect(url, autocommit=True)),
            warehouse=stack.enter_context(Warehouse.connect(info.writer_url, self._plan.force)),
            reader=reader,
            force=force,
            transform=transform,
            sending=sending,
            watch=self._watch,
            check=self._check,
        )

    def _play_months(self, loop: Loop, story: Story, progress: Progress) -> None:
        loop.land_baseline(story.begins_at)
        last = story.begins_at
        for piece in story.slices():
            progress.begin(piece.month)
            loop.play(piece)
            progress.note(loop.connection)
            last = piece.read_at
        loop.send_the_rest(last)
        progress.end()

    def _reckon(self, loop: Loop, data: OpenData) -> Reckoning:
        with self._watch("reckoning"):
            references = loop.sending.standin.references(self._plan.force)
            found = count(loop.connection, self._plan.force, references)
            files = tally(data)
        return Reckoning(
            data=data,
            files=files,
            found=found,
            checks=checks(files, found),
            seconds=self._watch.seconds(),
            memory=peak_megabytes(loop.sending.pids()),
        )


def _read(plan: ReplayPlan) -> OpenData:
    try:
        return read_open_data(plan.folder, plan.force, months=plan.months)
    except OpenDataError as error:
        raise OperatorError(str(error)) from error
