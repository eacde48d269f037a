"""Ctrl-C during a replay: noted at once, obeyed between two steps, so that none is cut in half."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interruption:
    """`check()` raises KeyboardInterrupt if somebody has asked for an end."""

    def __init__(self) -> None:
        self._is_asked = False

    def ask(self) -> None:
        self._is_asked = True

    def check(self) -> None:
        if self._is_asked:
            raise KeyboardInterrupt


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """Turn the first SIGINT or SIGTERM into a request; a second SIGINT interrupts at once."""
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return

    def note(number: int, frame: FrameType | None) -> None:
        del number, frame
        interruption.ask()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {kind: signal.signal(kind, note) for kind in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interruption
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
