"""One local stack from start to stop: server, warehouses, stand-in, and all processes.

It is used as a context, so that whatever happens nothing is left running.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
import pyodbc

from deploy.local.postgres import create_database
from deploy.local.processes import Supervisor
from notifiers.environment import register_environment
from notifiers.settings import Timers
from orchestration.forces import read_forces
from orchestration.settings import FORCE_FOLDERS, Settings
from orchestration.stack.clock import latest_moment, set_clock
from orchestration.stack.databases import close_server, open_server, prepare_product
from orchestration.stack.odbc import odbc_secret
from orchestration.stack.services import Services, free_port
from simulation.notify.process import RunningStandin, start_standin
from simulation.notify.services import CallbackAddress, api_key, bearer_token, build_services
from simulation.warehouses.build import WarehouseInfo, build_warehouse, describe_warehouse

# One force is read through ODBC wherever a driver is installed, the others through SQLAlchemy.
ODBC_FORCE = "hertfordshire"


@dataclass(frozen=True)
class StackPlan:
    """What to start. `scale` is the share of each force's real volumes in its history."""

    forces: tuple[str, ...]
    seed: int = 1
    scale: float = 0.1
    history_days: int = 14
    with_pages: bool = False
    clock_start: Callable[[datetime], datetime] | None = None


class Stack:
    """Everything that has to run on one machine. Start it with `with Stack(...) as stack`."""

    def __init__(self, settings: Settings, plan: StackPlan, say: Callable[[str], None]) -> None:
        self.settings = settings
        self.plan = plan
        self._say = say
        self.forces = read_forces(plan.forces)
        self.supervisor = Supervisor(settings.run_folder)
        self._services = Services(self.supervisor, settings.run_folder)
        self.warehouses: dict[str, WarehouseInfo] = {}
        self._standin: RunningStandin | None = None
        self.pages_url: str | None = None
        self.offset = timedelta()

    def __enter__(self) -> Self:
        # A plain `kill` ends a stack as Ctrl-C does: with nothing left running.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    @property
    def standin(self) -> RunningStandin:
        """The stand-in for GOV.UK Notify. RuntimeError before the stack has started."""
        if self._standin is None:
            raise RuntimeError("the stack has not started")
        return self._standin

    def check(self) -> None:
        """ProcessDied if anything has ended by itself."""
        self.supervisor.check()

    def _start(self) -> None:
        self.supervisor.end_leftovers()
        self._say("Starting PostgreSQL ...")
        self.server = open_server(self.settings)
        self.database_url = self._prepare_product()
        self._set_clock()
        self._prepare_warehouses()
        self._record()
        self._start_sending()
        self._say("Starting Dagster: code server, daemon, one sensor per force ...")
        self.pages_url = self._services.start_dagster(
            storage_url=create_database(self.server, "dagster"),
            environment=self._environment(),
            home=self.settings.home / "dagster",
            with_pages=self.plan.with_pages,
        )

    def _prepare_product(self) -> str:
        return prepare_product(
            self.server,
            "kept",
            work_folder=self.settings.run_folder,
            say=self._say,
        )

    def _set_clock(self) -> None:
        if self.plan.clock_start is None:
            return
        with psycopg.connect(self.database_url) as connection:
            start = self.plan.clock_start(latest_moment(connection))
            self.offset = set_clock(connection, start)
        self._say(f"The business clock says {start:%A %d %B %Y, %H:%M} UTC: a working morning.")

    def _prepare_warehouses(self) -> None:
        now = datetime.now(UTC) + self.offset
        for force in self.forces:
            info = describe_warehouse(self.server, force)
            if info is None:
                self._say(f"Generating the warehouse of {force} ...")
                info = build_warehouse(
                    self.server,
                    force,
                    seed=self.plan.seed,
                    scale=self.plan.scale,
                    history_days=self.plan.history_days,
                    now=now,
                )
            self.warehouses[force] = info

    def _start_sending(self) -> None:
        self._say("Starting the stand-in for GOV.UK Notify, the inbox and the dispatcher ...")
        inbox_port = free_port()
        inbox = f"http://127.0.0.1:{inbox_port}/callbacks"
        address = CallbackAddress(f"{inbox}/receipts", f"{inbox}/texts")
        services = build_services(FORCE_FOLDERS, forces=self.forces, callback=address)
        self._standin = start_standin(
            self.settings.run_folder / "notify",
            services,
            time_offset_seconds=self.offset.total_seconds(),
        )
        self._services.start_inbox(
            database_url=self.database_url,
            port=inbox_port,
            tokens={bearer_token(force): force for force in self.forces},
        )
        self._services.start_dispatcher(
            database_url=self.database_url,
            provider_url=self._standin.url,
            api_keys={force: api_key(force) for force in self.forces},
            token_file=self._sending_token(),
            mode="test",
            rate_per_minute=self.settings.notify_rate_per_minute,
            timers=Timers(receipt_overdue=20),
        )

    def _sending_token(self) -> Path:
        """The token that lets this database send; a new database is registered once."""
        token = self.settings.home / "sending-token.json"
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            known = connection.execute("select 1 from dispatch.environment").fetchone()
            if known is None:
                register_environment(connection, token)
        return token

    def start_living(self, changes_per_second: float) -> None:
        """Let the forces' warehouses live."""
        self._services.start_living(
            {
                "warehouses": [
                    {"force": force, "writer_url": info.writer_url}
                    for force, info in self.warehouses.items()
                ],
                "seed": self.plan.seed,
                "changes_per_second": changes_per_second,
                "time_offset_seconds": self.offset.total_seconds(),
            }
        )

    def stop_living(self) -> None:
        if self.supervisor.is_running("living"):
            self.supervisor.stop("living")

    def _environment(self) -> dict[str, str]:
        secrets = {force.secret: self._secret(name) for name, force in self.forces.items()}
        return {
            **secrets,
            "KEPT_DATABASE_URL": self.database_url,
            "KEPT_FORCES": ",".join(self.forces),
            "KEPT_HOME": str(self.settings.home),
            "KEPT_POLL_SECONDS": str(self.settings.poll_seconds),
            "KEPT_LIVE_MINUTES": str(self.settings.live_minutes),
        }

    def _secret(self, force: str) -> str:
        url = self.warehouses[force].reader_url
        return odbc_secret(url, pyodbc.drivers()) or url if force == ODBC_FORCE else url

    def _record(self) -> None:
        record = self.settings.stack_record
        record.parent.mkdir(parents=True, exist_ok=True)
        record.touch(mode=0o600)
        record.write_text(json.dumps({"database_url": self.database_url}))

    def _stop(self) -> None:
        self.supervisor.stop_all()
        if self._standin is not None:
            self._standin.stop()
        close_server(self.settings)


def end_everything(settings: Settings) -> None:
    """Stop what an interrupted stack left running, the embedded server included."""
    Supervisor(settings.run_folder).end_leftovers()
    close_server(settings)
