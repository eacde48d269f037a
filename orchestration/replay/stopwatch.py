"""How long each part of the work took, summed up by name."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Stopwatch:
    """`with watch("landing"):` adds the seconds of the block to that name."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self._seconds[name] += time.monotonic() - began

    def seconds(self) -> dict[str, float]:
        """Seconds by name, and in all."""
        total = time.monotonic() - self._started
        return {name: round(value, 1) for name, value in {**self._seconds, "total": total}.items()}
