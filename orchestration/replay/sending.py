"""The sending side of a replay: stand-in, inbox and dispatcher as processes, and when all is done.

They are the processes of the local stack, with the provider's rate limit lifted.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from deploy.local.processes import Supervisor
from notifiers.environment import register_environment
from notifiers.settings import Timers
from orchestration.errors import OperatorError
from orchestration.settings import FORCE_FOLDERS
from orchestration.stack.services import Services, free_port
from simulation.notify.process import RunningStandin, start_standin
from simulation.notify.services import CallbackAddress, api_key, bearer_token, build_services

# Nothing else waits on this database, so the loops may turn faster than in a live system.
TIMERS = Timers(poll=0.02, maintenance=0.1, receipt_overdue=60, inbound_poll=3600)
PROVIDER: dict[str, Any] = {
    "rate_limit_per_minute": 0,
    "delivery_delay_ms": 20,
    # Fewer than a thousand drama numbers stand for tens of thousands of people: one dead number
    # would silence dozens of them.
    "permanent_failure_share": 0,
    "temporary_failure_share": 0.01,
}
# Longer than this without any progress means that something is broken.
PATIENCE_SECONDS = 120.0

# One count for each partial index: all at once would read every message there is.
UNDER_WAY = """
    select
        (select count(*) from dispatch.message where state = 'READY' and due_at <= control.now())
        + (select count(*) from dispatch.message where state in ('LEASED', 'INFLIGHT')),
        (select count(*) from dispatch.message where state = 'ACCEPTED')
        + (select count(*) from dispatch.message where state = 'UNKNOWN')
"""


class NothingMoves(OperatorError):
    """Messages that are due are neither sent nor closed; the message names the log."""


@dataclass
class Sending:
    """The running processes. `stop` ends them; the supervisor's record survives a kill."""

    supervisor: Supervisor
    standin: RunningStandin
    folder: Path

    def set_clock(self, moment: datetime) -> None:
        """Let the provider's clock say this moment (aware)."""
        offset = (moment - datetime.now(UTC)).total_seconds()
        self.standin.post("clock", {"offset_seconds": offset})

    def settle(
        self,
        connection: psycopg.Connection[Any],
        *,
        check: Callable[[], None],
        with_receipts: bool = False,
    ) -> None:
        """Wait until nothing due is on its way out and, if wanted, every receipt has arrived."""
        seen, deadline = None, time.monotonic() + PATIENCE_SECONDS
        while True:
            check()
            self.supervisor.check()
            row = connection.execute(UNDER_WAY).fetchone() or (0, 0)
            if row[0] == 0 and (row[1] == 0 or not with_receipts):
                return
            if row != seen:
                seen, deadline = row, time.monotonic() + PATIENCE_SECONDS
            if time.monotonic() > deadline:
                raise NothingMoves(
                    f"{row[0]} messages that are due do not move and {row[1]} wait for receipts; "
                    f"read dispatcher.log in {self.folder}"
                )
            time.sleep(0.02)

    def pids(self) -> dict[str, int]:
        """The running processes by name."""
        ours = {name: self.supervisor.pid(name) for name in ("dispatcher", "inbox")}
        return {**ours, "stand-in": self.standin.process.pid}

    def stop(self) -> None:
        self.supervisor.stop_all()
        self.standin.stop()


def start_sending(
    folder: Path, supervisor: Supervisor, *, database_url: str, force: str
) -> Sending:
    """Start the three processes for one force; what an earlier replay sent is forgotten."""
    shutil.rmtree(folder / "notify", ignore_errors=True)
    port = free_port()
    inbox = f"http://127.0.0.1:{port}/callbacks"
    address = CallbackAddress(f"{inbox}/receipts", f"{inbox}/texts")
    services = build_services(FORCE_FOLDERS, forces=[force], callback=address)
    standin = start_standin(folder / "notify", services, **PROVIDER)
    try:
        _start_ours(
            Services(supervisor, folder),
            database_url=database_url,
            inbox_port=port,
            provider_url=standin.url,
            keys={force: api_key(force)},
            tokens={bearer_token(force): force},
        )
    except BaseException:
        standin.stop()
        raise
    return Sending(supervisor, standin, folder)


def _start_ours(
    services: Services,
    *,
    database_url: str,
    inbox_port: int,
    provider_url: str,
    keys: Mapping[str, str],
    tokens: Mapping[str, str],
) -> None:
    token_file = services.run_folder / "sending-token.json"
    with psycopg.connect(database_url, autocommit=True) as connection:
        register_environment(connection, token_file)
    services.start_inbox(database_url=database_url, port=inbox_port, tokens=tokens)
    services.start_dispatcher(
        database_url=database_url,
        provider_url=provider_url,
        api_keys=keys,
        token_file=token_file,
        mode="test",
        rate_per_minute=None,
        timers=TIMERS,
    )
