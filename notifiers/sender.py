"""The sending loop: claim, last check, intent, post from a pool of threads, record the answers.

One thread owns the database connection and the bookkeeping; the pool's threads only post. No
transaction is ever open while one of them does.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

import psycopg

from notifiers import claims, outcomes
from notifiers.claims import Claimed, Wait
from notifiers.contact_points import is_fictional
from notifiers.crash import crash_point
from notifiers.last_check import Closing, close, last_check
from notifiers.outcomes import Attempted
from notifiers.pacing import Pace
from notifiers.provider import Answer, Outcome, Providers
from notifiers.settings import DispatcherSettings

# Answers that come within this many seconds of each other share one commit.
GATHER = 0.005
CLOSED_BY_VERDICT = {"suppress": "SUPPRESSED", "hold": "HELD", "expire": "EXPIRED"}


@dataclass(frozen=True)
class Checked:
    """A leased message that passed the last check; it may be posted until `deadline`."""

    claimed: Claimed
    deadline: float


class Sender:
    """State of one sending loop. `step` does one round and says whether anything moved."""

    def __init__(
        self, settings: DispatcherSettings, providers: Providers, *, token_hash: str
    ) -> None:
        self._settings = settings
        self._timers = settings.timers
        self._providers = providers
        self._token_hash = token_hash
        self._paces = {
            force: Pace(
                rate_per_minute=settings.rate_per_minute,
                first_back_off=self._timers.first_back_off,
                longest_back_off=self._timers.longest_back_off,
            )
            for force in settings.api_keys
        }
        self._checked: deque[Checked] = deque()
        self._posting: dict[Future[Answer], tuple[Claimed, int]] = {}
        self._unrecorded: list[Attempted] = []
        self._unposted: list[Claimed] = []
        self._claim_again_at = 0.0
        self._pool = ThreadPoolExecutor(settings.senders, thread_name_prefix="post")

    def run(self, connection: psycopg.Connection[Any], stop: threading.Event) -> None:
        """Send until `stop`, then finish what is being posted and put the rest back.

        A psycopg.OperationalError leaves the state as it is: call again with a new connection.
        """
        while not stop.is_set():
            if not self.step(connection):
                self._rest(stop)
        while self._posting or self._unrecorded:
            self._record_answers(connection)
            wait(self._posting, timeout=self._timers.poll)
        self._unposted += [item.claimed for item in self._checked]
        self._checked.clear()
        self._put_back_unposted(connection)
        self._pool.shutdown()

    def step(self, connection: psycopg.Connection[Any]) -> bool:
        """One round; True when messages moved."""
        recorded = self._record_answers(connection)
        self._put_back_unposted(connection)
        claimed = self._claim(connection)
        posted = self._post(connection)
        return bool(recorded or claimed or posted)

    # -- claiming -----------------------------------------------------------------------------

    def _claim(self, connection: psycopg.Connection[Any]) -> int:
        now = time.monotonic()
        if self._checked or now < self._claim_again_at:
            return 0
        rows = claims.claim(
            connection,
            quotas=self._quotas(now),
            at_most=self._settings.claim_batch,
            token_hash=self._token_hash,
            lease_seconds=self._timers.lease,
        )
        crash_point("after_claim")
        if not rows:
            self._claim_again_at = time.monotonic() + self._timers.poll
            return 0
        self._unposted += rows
        self._check(connection, rows)
        self._unposted.clear()
        return len(rows)

    def _quotas(self, now: float) -> dict[str, int]:
        batch = self._settings.claim_batch
        quotas = {f: p.available(now, at_most=batch) for f, p in self._paces.items()}
        return {force: quota for force, quota in quotas.items() if quota > 0}

    def _check(self, connection: psycopg.Connection[Any], rows: Sequence[Claimed]) -> None:
        deadline = time.monotonic() + self._timers.longest_wait_before_post
        verdicts = last_check(connection, rows)
        crash_point("after_last_check")
        closings: list[Closing] = []
        waiting: list[tuple[Claimed, Wait | None]] = []
        for row in rows:
            found = verdicts[row.message_id]
            if self._settings.mode == "live" and is_fictional(row.recipient):
                reason = "a drama number or example address in live mode"
                closings.append(Closing(claimed=row, state="REFUSED", reason=reason))
            elif found.verdict == "send":
                self._checked.append(Checked(row, deadline))
            elif found.verdict == "wait":
                waiting.append((row, Wait(found.reason, found.not_before)))
            else:
                state = CLOSED_BY_VERDICT.get(found.verdict, "HELD")
                closings.append(Closing(claimed=row, state=state, reason=found.reason))
        owner, due = self._settings.held_owner, self._timers.held_due
        close(connection, closings, owner=owner, held_due_seconds=due)
        claims.put_back(connection, waiting)

    # -- posting ------------------------------------------------------------------------------

    def _post(self, connection: psycopg.Connection[Any]) -> int:
        chosen = self._choose()
        if not chosen:
            return 0
        # Until the commit is confirmed we know one thing for certain: none of them was posted.
        self._unposted += [item.claimed for item in chosen]
        crash_point("before_intent")
        intents = claims.intend(
            connection,
            [item.claimed for item in chosen],
            token_hash=self._token_hash,
            lease_seconds=self._timers.lease,
        )
        crash_point("after_intent")
        self._unposted.clear()
        for item in chosen:
            attempt_no = intents.get(item.claimed.message_id)
            if attempt_no is None:
                self._unposted.append(item.claimed)
            else:
                self._paces[item.claimed.force].took(1)
                future = self._pool.submit(self._post_one, item)
                self._posting[future] = (item.claimed, attempt_no)
        return len(intents)

    def _choose(self) -> list[Checked]:
        """As many checked messages as there are free threads, within each force's pace."""
        now = time.monotonic()
        free = self._settings.senders - len(self._posting)
        left = {force: pace.available(now, at_most=free) for force, pace in self._paces.items()}
        chosen: list[Checked] = []
        while self._checked and len(chosen) < free:
            item = self._checked.popleft()
            if left[item.claimed.force] > 0 and now < item.deadline:
                left[item.claimed.force] -= 1
                chosen.append(item)
            else:
                self._unposted.append(item.claimed)
        return chosen

    def _post_one(self, item: Checked) -> Answer:
        crash_point("before_post")
        try:
            provider = self._providers(item.claimed.force)
            answer = provider.send(item.claimed.outgoing(), deadline=item.deadline)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, it may have been taken
            reason = f"unexpected {type(error).__name__} while posting"
            answer = Answer(outcome=Outcome.UNKNOWN, reason=reason)
        crash_point("after_post")
        return answer

    # -- answers ------------------------------------------------------------------------------

    def _record_answers(self, connection: psycopg.Connection[Any]) -> int:
        for future in [future for future in self._posting if future.done()]:
            claimed, attempt_no = self._posting.pop(future)
            self._unrecorded.append(self._attempted(claimed, attempt_no, future.result()))
        if not self._unrecorded:
            return 0
        outcomes.record(
            connection,
            self._unrecorded,
            grace_seconds=self._timers.grace,
            overdue_seconds=self._timers.receipt_overdue,
        )
        crash_point("after_outcome_commit")
        count = len(self._unrecorded)
        self._unrecorded.clear()
        return count

    def _attempted(self, claimed: Claimed, attempt_no: int, answer: Answer) -> Attempted:
        pace = self._paces[claimed.force]
        back_off = None
        if answer.outcome is Outcome.ACCEPTED:
            pace.succeeded()
        elif answer.outcome is Outcome.NOT_SENT:
            pace.failed(time.monotonic())
            back_off = pace.back_off(attempt_no)
        return Attempted(claimed=claimed, attempt_no=attempt_no, answer=answer, back_off=back_off)

    def _put_back_unposted(self, connection: psycopg.Connection[Any]) -> None:
        claims.put_back(connection, [(claimed, None) for claimed in self._unposted])
        self._unposted.clear()

    def _rest(self, stop: threading.Event) -> None:
        if self._posting:
            wait(self._posting, timeout=self._timers.poll, return_when=FIRST_COMPLETED)
            wait(self._posting, timeout=GATHER)
        else:
            stop.wait(self._timers.poll)
