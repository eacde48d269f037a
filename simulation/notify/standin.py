"""The parts of a running stand-in, made once and handed to every room of it.

No behaviour lives here; the routes are put together in `app.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from starlette.requests import Request

from simulation.notify.authentication import Authenticator, Caller
from simulation.notify.clock import Clock
from simulation.notify.faults import FaultPlan
from simulation.notify.ledger import Ledger
from simulation.notify.limits import DailyLimit, RateLimit
from simulation.notify.outcomes import Outcomes
from simulation.notify.registry import Registry, read_services
from simulation.notify.store import Store


@dataclass(frozen=True)
class Settings:
    """What the command line decides; times are in seconds unless the name says otherwise."""

    state: Path
    services: Path
    time_offset_seconds: float = 0.0
    rate_limit_per_minute: int = 3000
    delivery_delay_ms: float = 300.0
    seed: int = 1
    permanent_failure_share: float = 0.02
    temporary_failure_share: float = 0.01
    callback_retry_seconds: float = 300.0
    callback_timeout_seconds: float = 5.0
    retention_days: float = 7.0


@dataclass(frozen=True)
class Standin:
    """Everything a request may need."""

    settings: Settings
    registry: Registry
    clock: Clock
    store: Store
    ledger: Ledger
    faults: FaultPlan
    rate_limit: RateLimit
    daily_limit: DailyLimit
    outcomes: Outcomes
    authenticator: Authenticator

    def caller(self, request: Request) -> Caller:
        """Who is asking; raises ApiError 401 or 403."""
        return self.authenticator.authenticate(request.headers.get("authorization"))


def standin_of(request: Request) -> Standin:
    """The stand-in that a request reached."""
    return cast(Standin, request.app.state.standin)


def build_standin(settings: Settings) -> Standin:
    """Read the services, open the state file and take over what it holds."""
    registry = Registry(read_services(settings.services))
    clock = Clock(settings.time_offset_seconds)
    store = Store(settings.state)
    ledger = Ledger(store.connection)
    daily_limit = DailyLimit(clock)
    daily_limit.start(clock.today(), ledger.sent_today(clock.now()))
    return Standin(
        settings=settings,
        registry=registry,
        clock=clock,
        store=store,
        ledger=ledger,
        faults=FaultPlan(settings.seed),
        rate_limit=RateLimit(settings.rate_limit_per_minute),
        daily_limit=daily_limit,
        outcomes=Outcomes(
            settings.seed,
            permanent_share=settings.permanent_failure_share,
            temporary_share=settings.temporary_failure_share,
            fixed=store.fixed_outcomes(),
        ),
        authenticator=Authenticator(registry),
    )
