"""Dispatchers as processes of their own that die or freeze at a named step of the protocol.

The hook is installed in the forked child only; the live path has no way to arm one.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from typing import Literal

from notifiers.crash import install_hook
from notifiers.dispatcher import run_dispatcher
from notifiers.settings import DispatcherSettings

KILLED_AT_CRASH_POINT = 137

Protocol = Callable[[DispatcherSettings, threading.Event], None]


@dataclass(frozen=True)
class Ambush:
    """Die (as by kill -9) or freeze (as by SIGSTOP) when `point` is passed the `nth` time."""

    point: str
    nth: int = 1
    action: Literal["die", "freeze"] = "die"


@contextmanager
def process(
    settings: DispatcherSettings,
    ambush: Ambush | None = None,
    *,
    protocol: Protocol = run_dispatcher,
) -> Iterator[BaseProcess]:
    """A running dispatcher process; it is gone, one way or another, after the block."""
    child = multiprocessing.get_context("fork").Process(
        target=_run, args=(settings, ambush, protocol)
    )
    child.start()
    try:
        yield child
    finally:
        if child.is_alive():
            os.kill(child.pid or 0, signal.SIGCONT)
            child.terminate()
            child.join(10)
        if child.is_alive():
            child.kill()
            child.join()
        child.close()


def die_at(settings: DispatcherSettings, ambush: Ambush, *, protocol: Protocol) -> None:
    """Run a dispatcher until it dies at the ambush."""
    with process(settings, ambush, protocol=protocol) as child:
        child.join(20)
        assert child.exitcode == KILLED_AT_CRASH_POINT, f"{ambush.point} was never passed"


def _run(settings: DispatcherSettings, ambush: Ambush | None, protocol: Protocol) -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    if ambush:
        _install(ambush)
    protocol(settings, stop)


def _install(ambush: Ambush) -> None:
    passed = 0

    def hook(name: str) -> None:
        nonlocal passed
        if name != ambush.point:
            return
        passed += 1
        if passed != ambush.nth:
            return
        if ambush.action == "die":
            os._exit(KILLED_AT_CRASH_POINT)
        os.kill(os.getpid(), signal.SIGSTOP)
        # The signal may reach another thread first: this one must not run on meanwhile.
        time.sleep(0.1)

    install_hook(hook)
