"""What the dispatch tests stand on: an outbox in a real database, a stand-in, and ways to count.

The tests themselves live beside this file; dispatchers as processes live in `processes`.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from notifiers.dispatcher import run_dispatcher
from notifiers.provider import Providers
from notifiers.settings import DispatcherSettings, Timers
from simulation.notify.process import RunningStandin
from simulation.notify.registry import ApiKey, Callback, Service, Template

ROOT = Path(__file__).resolve().parents[2]
SMS_TEMPLATE = UUID("11111111-1111-4111-8111-111111111111")
EMAIL_TEMPLATE = UUID("22222222-2222-4222-8222-222222222222")
FORCES = ("kent", "essex")
GOOD_TOKEN = "callback-token-{force}"

# The protocol's order of magnitude, a hundred times faster.
QUICK = Timers(
    poll=0.05,
    maintenance=0.05,
    lease=1,
    longest_wait_before_post=1,
    connect_timeout=0.5,
    read_timeout=0.5,
    grace=0.6,
    absence_gap=0.2,
    reconcile_patience=60,
    stale_look_up=0,
    first_back_off=0.1,
    longest_back_off=0.5,
    receipt_overdue=3600,
    inbound_poll=3600,
    key_probe=0.2,
    heartbeat=0.2,
)

# As dbt makes it, with a table in which a test can overrule the verdict on one message.
RECHECK = """
create schema journeys;
create table journeys.overruled (
    message_id uuid primary key, verdict text not null, reason text, not_before timestamptz
);
create view journeys.message_recheck as
select m.message_id, coalesce(o.verdict, 'send') as verdict, o.reason, o.not_before
from dispatch.message as m
left join journeys.overruled as o on m.message_id = o.message_id;
"""

INSERT = """
insert into dispatch.message (
    message_id, force, dedupe_key, message_class, channel, notify_template_id, recipient,
    personalisation, expire_at
)
select control.uuid5(%(force)s || %(prefix)s || n), %(force)s, %(prefix)s || n, %(message_class)s,
    %(channel)s, %(template)s, coalesce(%(recipient)s, '+447700900' || 300 + n %% 600),
    %(personalisation)s, %(expire_at)s
from generate_series(1, %(count)s) as n
returning message_id
"""


def services(callback_url: str | None = None) -> list[Service]:
    """Two forces with one text and one email template each."""
    return [_service(number, force, callback_url) for number, force in enumerate(FORCES)]


def _service(number: int, force: str, callback_url: str | None) -> Service:
    callback = None
    if callback_url:
        callback = Callback(
            bearer_token=GOOD_TOKEN.format(force=force),
            receipts_url=f"{callback_url}/callbacks/receipts",
            received_texts_url=f"{callback_url}/callbacks/texts",
        )
    return Service(
        id=f"{number:08d}-aaaa-4aaa-8aaa-aaaaaaaaaaaa",
        name=f"{force.title()} Police",
        force=force,
        api_keys=(ApiKey("key", "normal", f"{number:08d}-bbbb-4bbb-8bbb-bbbbbbbbbbbb"),),
        templates=(
            Template(str(SMS_TEMPLATE), "text", "sms", "Your crime reference is ((crime_ref))"),
            Template(str(EMAIL_TEMPLATE), "mail", "email", "Ref ((crime_ref))", "Your crime"),
        ),
        callback=callback,
    )


@dataclass(frozen=True)
class Bench:
    """One test's outbox and stand-in."""

    url: str = field(repr=False)
    standin: RunningStandin
    folder: Path
    settings: DispatcherSettings

    @property
    def callback_port(self) -> int:
        """Where the stand-in posts its callbacks; nobody listens unless a test starts an inbox."""
        return int((self.standin.folder / "callback-port").read_text())

    def with_timers(self, **seconds: float) -> Bench:
        timers = replace(self.settings.timers, **seconds)
        return replace(self, settings=replace(self.settings, timers=timers))

    def with_settings(self, **changes: Any) -> Bench:
        return replace(self, settings=replace(self.settings, **changes))

    def connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.url, autocommit=True)

    def run(self, statement: str, parameters: object = None) -> list[tuple[Any, ...]]:
        with self.connect() as connection:
            cursor = connection.execute(statement, parameters)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    def queue(self, count: int = 1, **given: Any) -> list[UUID]:
        """Put messages into the outbox and return their ids."""
        values = {
            "count": count,
            "force": "kent",
            "prefix": "message-",
            "message_class": "R",
            "channel": "sms",
            "template": EMAIL_TEMPLATE if given.get("channel") == "email" else SMS_TEMPLATE,
            "recipient": None,
            "personalisation": json.dumps({"crime_ref": "46/1/26"}),
            "expire_at": None,
            **given,
        }
        return [row[0] for row in self.run(INSERT, values)]

    def states(self) -> Counter[str]:
        rows = self.run("select state, count(*) from dispatch.message group by state")
        return Counter(dict(rows))

    def state(self, message_id: UUID) -> str:
        return str(self.message(message_id)["state"])

    def message(self, message_id: UUID) -> dict[str, Any]:
        rows = self.run(
            "select to_jsonb(m) from dispatch.message as m where message_id = %s", [message_id]
        )
        found: dict[str, Any] = rows[0][0]
        return found

    def history(self, message_id: UUID) -> list[str]:
        rows = self.run(
            "select to_state from dispatch.event where message_id = %s order by event_id",
            [message_id],
        )
        return [row[0] for row in rows]

    def copies(self) -> Counter[int]:
        """How many messages the provider holds 0, 1, 2... times, counted at the provider."""
        held = {f: self.standin.references(f) for f in FORCES}
        references = self.run("select force, reference::text from dispatch.message")
        return Counter(held[force].get(reference, 0) for force, reference in references)

    @contextmanager
    def dispatching(self, *, providers: Providers | None = None) -> Iterator[None]:
        """A dispatcher in this process for the length of the block; its failure is raised."""
        stop = threading.Event()
        failures: list[BaseException] = []

        def run() -> None:
            try:
                run_dispatcher(self.settings, stop, providers=providers)
            except BaseException as error:  # noqa: BLE001 - raised below, in the test
                failures.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
        if failures:
            raise failures[0]

    def dispatch_until(self, done: Callable[[], bool]) -> None:
        with self.dispatching():
            wait_until(done)

    def accept_one(self, force: str = "kent") -> None:
        """Have one message accepted, so that look-ups have something they must find."""
        (message_id,) = self.queue(prefix="control-", force=force)
        self.dispatch_until(lambda: self.state(message_id) == "ACCEPTED")

    def copies_by_batch(self) -> dict[str, dict[int, int]]:
        """`copies` by the prefix under which messages were queued."""
        held = {f: self.standin.references(f) for f in FORCES}
        found: dict[str, Counter[int]] = {}
        for key, force, reference in self.run(
            "select dedupe_key, force, reference::text from dispatch.message"
        ):
            batch = found.setdefault(key.rstrip("0123456789"), Counter())
            batch[held[force].get(reference, 0)] += 1
        return {batch: dict(counts) for batch, counts in found.items()}

    def write_settings(self) -> Path:
        """The settings as a file for a dispatcher process."""
        given = asdict(self.settings)
        given["token_file"] = str(self.settings.token_file)
        file = self.folder / "dispatcher.json"
        file.write_text(json.dumps(given))
        return file


def wait_until(done: Callable[[], bool], *, seconds: float = 20) -> None:
    give_up_at = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < give_up_at, "it did not happen in time"
        time.sleep(0.02)
