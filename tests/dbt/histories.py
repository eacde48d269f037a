"""Random histories of crimes, outcomes and events, and ways to cut the same history into batches.

A seed makes a history repeatable; nothing here says what the facts should be.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.dbt.kent import MORNING, Kent

CRIMES = 40
FEEDS = ("crimes", "outcomes", "suspect_events")
STATUSES = ("Under Investigation", "Charged/Summonsed", "Filed")
TYPES = ("Burglary", "Robbery", "A code that nobody knows")
OUTCOMES = (
    "Outcome 1 - Charge or summons",
    "Outcome 14 - Victim does not support - no suspect identified",
    "Outcome 18 - Investigation complete - no suspect identified",
)
EVENTS = ("Arrested", "Bailed", "Charged")


def land_history(kent: Kent, chance: random.Random) -> None:
    """Crimes with up to six versions, outcomes and events, in an order of no particular kind."""
    rows = [row for number in range(CRIMES) for row in _one_case(number, chance)]
    chance.shuffle(rows)
    for second, (feed, columns) in enumerate(rows):
        written_at = MORNING - timedelta(hours=1) + timedelta(seconds=second)
        kent.add(feed, **columns, last_updated=written_at)


def cut_into_batches(kent: Kent, chance: random.Random, *, batches: int) -> None:
    """Each feed's versions in batches of random length; children may come before their crime."""
    for feed in FEEDS:
        versions = [row[0] for row in kent.rows(f"select _version from raw_kent.{feed} order by 1")]
        cuts = sorted(chance.choices(versions, k=batches - 1))
        kent.connection.execute(
            f"update raw_kent.{feed} "
            "set _batch = 1 + width_bucket(_version, %s::bigint[])".encode(),
            [cuts],
        )


def _one_case(number: int, chance: random.Random) -> Iterator[tuple[str, dict[str, object]]]:
    crime = 7000 + number
    for _ in range(chance.randint(1, 6)):
        yield (
            "crimes",
            {
                "crime_id": crime,
                "offence_group": chance.choice(TYPES),
                "investigation_status": chance.choice(STATUSES),
                "status_dt": _moment(chance),
                "oic_id": chance.choice((None, 41, 42)),
                "oic_from_dt": _moment(chance),
            },
        )
    for _ in range(chance.randint(0, 4)):
        outcome = {"outcome_desc": chance.choice(OUTCOMES), "outcome_dt": _moment(chance)}
        key = number * 10 + chance.randint(0, 2)
        yield "outcomes", {"outcome_id": key, "crime_id": crime, **outcome}
    for _ in range(chance.randint(0, 3)):
        event = {"event_desc": chance.choice(EVENTS), "event_dt": _moment(chance)}
        who = {"event_id": number * 10 + chance.randint(0, 2), "person_id": 302}
        yield "suspect_events", {"crime_id": crime, **who, **event}


def _moment(chance: random.Random) -> datetime:
    # Few moments, so that ties are common.
    return MORNING - timedelta(hours=chance.randint(0, 4))
