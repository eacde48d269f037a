"""One dispatcher process: a sending loop, a loop of housekeeping, and one that asks the provider.

What each loop does lives in its own module; this one starts them, reconnects them and stops them.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg

from notifiers.environment import Environment
from notifiers.expiry import expire_overtaken
from notifiers.govuk_notify import notify_providers
from notifiers.leases import reap_leases
from notifiers.opt_outs import handle_received_texts, suppress_opted_out
from notifiers.pauses import lift_pauses
from notifiers.polling import Poller
from notifiers.provider import Providers
from notifiers.receipts import apply_receipts
from notifiers.reconciler import Reconciler
from notifiers.sender import Sender
from notifiers.settings import DispatcherSettings

Connection = psycopg.Connection[Any]
Loop = Callable[[Connection], None]

log = logging.getLogger(__name__)

LONGEST_RECONNECT = 10.0


def run_dispatcher(
    settings: DispatcherSettings,
    stop_event: threading.Event,
    *,
    providers: Providers | None = None,
) -> None:
    """Send, reconcile and apply receipts until `stop_event` is set; returns after a clean end.

    Raises `EnvironmentRefused` when this database may not send. A database that is away is
    waited for. Anything unforeseen ends all loops and is raised.
    """
    environment = Environment(settings.token_file)
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        environment.beat(connection)
    providers = providers or notify_providers(settings)
    loops = _Loops(settings, environment, stop_event)
    sender = Sender(settings, providers, token_hash=environment.token_hash)
    loops.start("send", lambda connection: sender.run(connection, stop_event))
    loops.start("housekeeping", loops.repeat(_housekeeping(settings, environment)))
    loops.start("ask", loops.repeat(_asking(settings, providers)))
    loops.join()


class _Loops:
    """Threads with one connection each; the first failure stops them all and is kept."""

    def __init__(
        self, settings: DispatcherSettings, environment: Environment, stop: threading.Event
    ) -> None:
        self._settings = settings
        self._environment = environment
        self._stop = stop
        self._threads: list[threading.Thread] = []
        self._failures: list[BaseException] = []

    def start(self, name: str, loop: Loop) -> None:
        thread = threading.Thread(target=self._guard, args=(name, loop), name=name)
        self._threads.append(thread)
        thread.start()

    def repeat(self, step: Loop) -> Loop:
        """A loop that takes a step at every maintenance interval."""

        def loop(connection: Connection) -> None:
            while not self._stop.is_set():
                step(connection)
                self._stop.wait(self._settings.timers.maintenance)

        return loop

    def join(self) -> None:
        """Wait for the end of all loops; raises the failure that ended them."""
        for thread in self._threads:
            thread.join()
        if self._failures:
            raise self._failures[0]

    def _guard(self, name: str, loop: Loop) -> None:
        try:
            self._keep_connected(name, loop)
        except BaseException as error:  # noqa: BLE001 - join() raises it in the main thread
            self._failures.append(error)
            self._stop.set()

    def _keep_connected(self, name: str, loop: Loop) -> None:
        failures = 0
        while True:
            started = time.monotonic()
            try:
                with psycopg.connect(self._settings.database_url, autocommit=True) as connection:
                    self._environment.verify(connection)
                    loop(connection)
                return
            except (psycopg.OperationalError, psycopg.errors.UndefinedTable) as error:
                # Deadlocks and restarts are operational errors. A missing view is being rebuilt.
                if self._stop.is_set():
                    return
                failures = 0 if time.monotonic() - started > LONGEST_RECONNECT else failures + 1
                kind = type(error).__name__
                log.warning("dispatcher loop %s lost the database (%s): it tries again", name, kind)
            self._stop.wait(min(LONGEST_RECONNECT, 0.1 * 2**failures))


def _housekeeping(settings: DispatcherSettings, environment: Environment) -> Loop:
    timers = settings.timers
    beat = _Every(timers.heartbeat)

    def step(connection: Connection) -> None:
        reap_leases(connection, grace_seconds=timers.grace)
        while apply_receipts(connection, overdue_seconds=timers.receipt_overdue):
            pass
        handle_received_texts(connection)
        suppress_opted_out(connection)
        expire_overtaken(connection)
        if beat.is_due():
            environment.beat(connection)

    return step


def _asking(settings: DispatcherSettings, providers: Providers) -> Loop:
    reconciler = Reconciler(settings, providers)
    poller = Poller(settings, providers)
    texts = _Every(settings.timers.inbound_poll)
    probe = _Every(settings.timers.key_probe)

    def step(connection: Connection) -> None:
        reconciler.step(connection)
        poller.poll_receipts(connection)
        if texts.is_due():
            poller.poll_texts(connection)
        if probe.is_due():
            lift_pauses(connection, settings, providers)

    return step


class _Every:
    """True at once, and then again each time its seconds have passed."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._due_at = 0.0

    def is_due(self) -> bool:
        now = time.monotonic()
        if now < self._due_at:
            return False
        self._due_at = now + self._seconds
        return True
