"""A home folder for replays in tests, on the shared test cluster, and what is left in it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.postgres import Server, drop_database
from orchestration.replay.plan import ReplayPlan
from orchestration.settings import Settings
from simulation.warehouses.server import drop_warehouse
from tests.simulation.open_data.files import FORCE


@dataclass(frozen=True)
class Place:
    """Where replays of one name keep their things; all of them share two databases."""

    settings: Settings
    name: str

    @classmethod
    @contextmanager
    def made(cls, server: Server, folder: Path) -> Iterator[Place]:
        """A place whose databases are dropped at the end."""
        home = folder / "home"
        home.mkdir()
        place = cls(Settings(home=home, server_url=server.url()), f"test_{secrets.token_hex(4)}")
        plan = place.plan(folder)
        try:
            yield place
        finally:
            drop_warehouse(server, plan.source)
            drop_database(server, plan.product)

    def plan(self, folder: Path, *, months: int | None = None, days_between: int = 4) -> ReplayPlan:
        return ReplayPlan(folder, FORCE, name=self.name, days_between=days_between, months=months)

    def processes(self) -> list[str]:
        """The command lines of running processes that were started for this place."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except (FileNotFoundError, NotADirectoryError, ProcessLookupError):
                continue
            line = b" ".join(words).decode(errors="replace")
            if str(self.settings.home) in line:
                found.append(line)
        return found
