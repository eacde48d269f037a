"""The fault plan: which misbehaviour strikes next, for which service, how often or how long.

What each fault does lives where it strikes; `POST /_standin/faults` sets the plan.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field

ARRIVAL = ("403", "429", "daily-cap")
COMMIT = (
    "500-before-commit", "500-after-commit", "timeout-before-commit", "timeout-after-commit",
    "reset-before-commit", "reset-after-commit", "late-commit",
)  # fmt: skip
READ = ("get-500", "stale-get")
RECEIPT = ("callback-duplicate", "callback-out-of-order", "callback-late", "callback-never")
DOWN = ("down",)
KINDS = ARRIVAL + COMMIT + READ + RECEIPT + DOWN
ANSWERS = ("500", "503", "timeout", "reset")
EVERY_SERVICE = "*"


@dataclass
class Fault:
    """One planned misbehaviour.

    `next` is how many times it still strikes (null: no limit), `probability` how likely each time,
    `for_seconds` how long it stays planned. `seconds` is the length of a hang, of a late commit,
    of a late callback or of the staleness; `answer` what the caller meets; `requeue_seconds` how
    long a row that was stored behind an error stays in `created` (an hour at the real Notify).
    """

    kind: str
    service: str = EVERY_SERVICE
    next: int | None = None
    probability: float = 1.0
    for_seconds: float | None = None
    seconds: float = 60.0
    answer: str = "500"
    requeue_seconds: float = 0.0
    hits: int = 0
    expires_at: float | None = field(default=None, repr=False)


@dataclass
class FaultPlan:
    """Faults in the order they were planned; the first that fits strikes."""

    seed: int = 1
    monotonic: Callable[[], float] = time.monotonic
    _faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def plan(self, entries: Iterable[Mapping[str, object]]) -> list[Fault]:
        """Add faults; raises ValueError that names the wrong field."""
        faults = [_parse(entry) for entry in entries]
        for fault in faults:
            if fault.for_seconds is not None:
                fault.expires_at = self.monotonic() + fault.for_seconds
        self._faults += faults
        return faults

    def take(self, kinds: tuple[str, ...], service: str | None) -> Fault | None:
        """The fault that strikes now, counted as used; null service: only faults for everyone."""
        if not self._faults:
            return None
        for fault in self._alive():
            fits = fault.kind in kinds and fault.service in (EVERY_SERVICE, service)
            if fits and self._random.random() < fault.probability:
                fault.hits += 1
                if fault.next is not None:
                    fault.next -= 1
                return fault
        return None

    def has_any(self, kinds: tuple[str, ...]) -> bool:
        """Whether a fault of these kinds may still strike."""
        return any(fault.kind in kinds for fault in self._faults)

    def clear(self) -> None:
        """Behave from now on."""
        self._faults.clear()

    def describe(self) -> list[dict[str, object]]:
        """All faults that may still strike, with how often they have."""
        return [
            {name: value for name, value in asdict(fault).items() if name != "expires_at"}
            for fault in self._alive()
        ]

    def _alive(self) -> list[Fault]:
        now = self.monotonic()
        return [
            fault
            for fault in self._faults
            if fault.next != 0 and (fault.expires_at is None or fault.expires_at > now)
        ]


def _parse(entry: Mapping[str, object]) -> Fault:
    allowed = {"kind", "service", "next", "probability", "for_seconds", "seconds", "answer"}
    unknown = set(entry) - allowed - {"requeue_seconds"}
    if unknown:
        raise ValueError(f"unknown field of a fault: {', '.join(sorted(unknown))}")
    if entry.get("kind") not in KINDS:
        raise ValueError(f"kind of a fault must be one of: {', '.join(KINDS)}")
    if entry.get("answer", "500") not in ANSWERS:
        raise ValueError(f"answer of a fault must be one of: {', '.join(ANSWERS)}")
    fault = Fault(**dict(entry))  # type: ignore[arg-type]
    is_bounded = {"next", "probability", "for_seconds"} & set(entry)
    if not is_bounded:
        fault.next = 1
    return fault
