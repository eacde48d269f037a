"""What a replay has left behind, counted in the database and at the provider.

What should be there is `checks`' question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from orchestration.demo.summary import HANDED_OVER

Connection = psycopg.Connection[Any]
Counts = dict[str, int]
Nested = dict[str, Counts]

CHANGES = """
    select kind, attribute, count(*) from facts.fct_case_state_change
    where force = %(force)s and kind <> 'baseline' group by 1, 2 order by 1, 2
"""
DECISIONS = """
    select decision, reason_code, count(*) from journeys.fct_journey_decision
    where force = %(force)s group by 1, 2 order by 1, 3 desc
"""
MESSAGES = """
    select state, count(*) from dispatch.message where force = %(force)s group by 1 order by 2 desc
"""
# A row that waited for its crime until the crime came is no orphan any more.
QUARANTINED = """
    select orphans.reason, count(*)
    from facts.orphan_observations as orphans
    where orphans.force = %(force)s and orphans.feed = 'outcomes' and not exists (
        select from core.core_crimes as crimes
        where crimes.force = orphans.force and crimes.crime_key = orphans.crime_key
    )
    group by 1
    union all
    select reason, count(*) from landing.quarantine where force = %(force)s group by 1
"""
WAITED = """
    select count(*) from facts.orphan_observations as orphans
    inner join core.core_crimes as crimes using (force, crime_key)
    where orphans.force = %(force)s and orphans.feed = 'outcomes'
"""
LANDED_FEEDS = ("incidents", "crimes", "outcomes")
LANDED = "select count(distinct _key) from {} where not _is_baseline"
# Read from the seeds as their owners wrote them, and not by way of the models that decide.
TRIGGERED = """
    select count(*)
    from facts.fct_case_state_change as change
    inner join seeds.{steps} as step
        on step.is_enabled::boolean
        and (
            trim(step.trigger_attribute) = change.attribute
            or (trim(step.trigger_attribute) = 'reopened' and change.kind = 'reopening')
        )
        and (
            coalesce(trim(step.trigger_to), '') = ''
            or change.to_value = any(string_to_array(trim(step.trigger_to), '|'))
            or change.to_value = 'unmapped'
        )
        and (
            coalesce(trim(step.trigger_from), '') = ''
            or change.from_value = any(string_to_array(trim(step.trigger_from), '|'))
        )
    inner join seeds.{journeys} as journey
        on trim(step.journey) = trim(journey.journey) and journey.is_enabled::boolean
    where change.force = %(force)s and change.kind <> 'baseline'
"""
# A baseline messages nobody, so nothing of the first month may have become one.
LATE_BASELINE = """
    select count(*) from facts.fct_case_state_change
    where force = %(force)s and kind = 'baseline' and attribute <> 'officer'
"""
# Either one of ours, or a force's own reason, given by the criterion that decided.
EXPLAINED = """
    select count(*) from journeys.fct_journey_decision as decision
    where decision.force = %(force)s and (
        decision.reason_code in (select reason_code from seeds.reason_codes)
        or decision.reason_code in (select trim(reason) from seeds.{criteria})
    )
"""
HANDED = """
    select reference::text from dispatch.message
    where force = %(force)s and state = any(%(states)s)
"""


@dataclass(frozen=True)
class AtProvider:
    """Messages that the provider holds; lost are those handed over that it does not hold."""

    rows: int
    lost: int
    doubled: int
    handed_over: int


@dataclass(frozen=True)
class Found:
    """All counts of one replay. Nested counts are by kind then attribute, or decision then
    reason."""

    landed: Counts
    changes: Nested
    quarantined: Counts
    waited_for_their_crime: int
    late_baseline: int
    triggered: int
    decisions: Nested
    explained: int
    messages: Counts
    provider: AtProvider

    def facts(self, attribute: str, *kinds: str) -> int:
        """Changes of one attribute, of these kinds or of all."""
        chosen = kinds or tuple(self.changes)
        return sum(self.changes.get(kind, {}).get(attribute, 0) for kind in chosen)

    def decided(self, decision: str) -> int:
        return sum(self.decisions.get(decision, {}).values())


def count(connection: Connection, force: str, references: Mapping[str, int]) -> Found:
    """Count everything; `references` gives the provider's rows by reference."""
    parameters = {"force": force}
    return Found(
        landed={feed: _landed(connection, force, feed) for feed in LANDED_FEEDS},
        changes=_nested(connection, CHANGES, parameters),
        quarantined={r: int(n) for r, n in connection.execute(QUARANTINED, parameters)},
        waited_for_their_crime=_one(connection, sql.SQL(WAITED), parameters),
        late_baseline=_one(connection, sql.SQL(LATE_BASELINE), parameters),
        triggered=_one(connection, _seeded(TRIGGERED, force), parameters),
        decisions=_nested(connection, DECISIONS, parameters),
        explained=_one(connection, _seeded(EXPLAINED, force), parameters),
        messages={state.lower(): int(n) for state, n in connection.execute(MESSAGES, parameters)},
        provider=_at_provider(connection, force, references),
    )


def _landed(connection: Connection, force: str, feed: str) -> int:
    """Different rows of a feed that were landed after the baseline."""
    return _one(connection, sql.SQL(LANDED).format(sql.Identifier(f"raw_{force}", feed)), {})


def _seeded(query: LiteralString, force: str) -> sql.Composed:
    """The query with the names of the force's own seeds."""
    tables = ("steps", "journeys", "criteria")
    return sql.SQL(query).format(**{name: sql.Identifier(f"{force}_{name}") for name in tables})


def _at_provider(connection: Connection, force: str, references: Mapping[str, int]) -> AtProvider:
    rows = connection.execute(HANDED, {"force": force, "states": list(HANDED_OVER)}).fetchall()
    return AtProvider(
        rows=sum(references.values()),
        lost=sum(1 for (reference,) in rows if reference not in references),
        doubled=sum(1 for number in references.values() if number > 1),
        handed_over=len(rows),
    )


def _nested(connection: Connection, query: str, parameters: Mapping[str, object]) -> Nested:
    nested: Nested = {}
    for outer, inner, number in connection.execute(query.encode(), parameters):
        nested.setdefault(outer, {})[inner] = int(number)
    return nested


def _one(
    connection: Connection, query: sql.SQL | sql.Composed, parameters: Mapping[str, object]
) -> int:
    row = connection.execute(query, parameters or None).fetchone()
    return int(row[0]) if row else 0
