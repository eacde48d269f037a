"""What a dispatcher is told when it starts: where, with which keys, and its timers.

Environment variables are read by orchestration, never here; every value comes by argument.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self

Mode = Literal["test", "live"]


@dataclass(frozen=True, kw_only=True)
class Timers:
    """Seconds of wall time. The defaults are the protocol's; tests shorten them.

    `grace` must be at least the longest pause of a process + the HTTP timeouts + the provider's
    latest late commit + twice the clock skew. `stale_look_up` is the longest time for which the
    provider's look-ups may lag behind its writes.
    """

    poll: float = 0.1
    maintenance: float = 0.5
    lease: float = 60
    longest_wait_before_post: float = 5
    connect_timeout: float = 5
    read_timeout: float = 20
    grace: float = 300
    absence_gap: float = 60
    reconcile_patience: float = 1800
    stale_look_up: float = 900
    provider_retention: float = 6 * 86400
    first_back_off: float = 1
    longest_back_off: float = 300
    receipt_overdue: float = 1800
    inbound_poll: float = 30
    key_probe: float = 30
    heartbeat: float = 10
    held_due: float = 3600


@dataclass(frozen=True, kw_only=True)
class DispatcherSettings:
    """One dispatcher. `api_keys` holds one GOV.UK Notify key (one service) per force."""

    database_url: str = field(repr=False)
    provider_url: str
    api_keys: Mapping[str, str] = field(repr=False)
    token_file: Path
    mode: Mode
    # Threads that post, and how many messages are leased ahead of them.
    senders: int = 8
    claim_batch: int = 32
    # The provider allows 3,000 requests a minute and key; None lifts the limit.
    rate_per_minute: int | None = 2700
    held_owner: str = "victim care team"
    timers: Timers = field(default_factory=Timers)

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read settings from JSON with these field names (`timers` as a nested object)."""
        given = json.loads(path.read_text())
        given["token_file"] = Path(given["token_file"])
        given["timers"] = Timers(**given.get("timers", {}))
        return cls(**given)
