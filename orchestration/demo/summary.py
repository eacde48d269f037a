"""What a demo run did, force by force, counted where it can be trusted.

Lost and doubled messages are counted at the provider's stand-in, not in our own tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from orchestration.demo.latency import Latency

# A message in one of these states was handed over, so the provider must hold it once.
HANDED_OVER = ("ACCEPTED", "DELIVERED", "TEMPORARY", "PERMANENT", "TECHNICAL")

COUNTS = {
    "landed": "select force, sum(new_versions)::bigint from landing.batch group by 1",
    "changes": "select force, kind, count(*) from facts.fct_case_state_change group by 1, 2",
    "decisions": """
        select force, decision, reason_code, count(*) from journeys.fct_journey_decision
        group by 1, 2, 3 order by 1, 2, 4 desc
    """,
    "messages": "select force, lower(state), count(*) from dispatch.message group by 1, 2",
    "orphans": """
        select orphans.force, count(*) from facts.orphan_observations as orphans
        left join core.core_crimes as crimes
            on orphans.force = crimes.force and orphans.crime_key = crimes.crime_key
        where crimes.crime_key is null group by 1
    """,
    "quarantined": "select force, reason, count(*) from landing.quarantine group by 1, 2",
}


@dataclass(frozen=True)
class ProviderCount:
    """One force at the provider: references handed over but not there, and there twice."""

    lost: int
    doubled: int


def summarise(
    connection: psycopg.Connection[Any],
    *,
    provider: Mapping[str, Mapping[str, int]],
    latency: Mapping[str, Latency],
) -> dict[str, Any]:
    """The summary as JSON; `provider` gives the rows of each reference by force."""
    forces: dict[str, Any] = {
        force: {
            "landed": 0,
            "changes": {},
            "decisions": {},
            "messages": {},
            "orphans": 0,
            "quarantined": {},
            "latency": latency[force].as_json() if force in latency else {},
        }
        for force in provider
    }
    for name, query in COUNTS.items():
        for force, *labels, count in connection.execute(query.encode()):
            if force in forces:
                _put(forces[force], [name, *labels], int(count))
    at_provider = {
        force: _count_at_provider(connection, force, rows) for force, rows in provider.items()
    }
    return {"forces": forces, "totals": _totals(forces, at_provider)}


def _count_at_provider(
    connection: psycopg.Connection[Any], force: str, rows: Mapping[str, int]
) -> ProviderCount:
    handed_over = connection.execute(
        "select reference::text from dispatch.message where force = %s and state = any(%s)",
        [force, list(HANDED_OVER)],
    ).fetchall()
    lost = sum(1 for (reference,) in handed_over if rows.get(reference, 0) == 0)
    return ProviderCount(lost, sum(1 for count in rows.values() if count > 1))


def _put(target: dict[str, Any], path: list[str], count: int) -> None:
    for part in path[:-1]:
        target = target.setdefault(part, {})
    target[path[-1]] = count


def _totals(forces: Mapping[str, Any], counts: Mapping[str, ProviderCount]) -> dict[str, int]:
    def total(*path: str) -> int:
        return sum(_sum(_at(force, path)) for force in forces.values())

    return {
        "landed": total("landed"),
        "changes": total("changes"),
        "decisions": total("decisions"),
        "sent": total("decisions", "send"),
        "held": total("decisions", "hold"),
        "suppressed": total("decisions", "suppress"),
        "messages": total("messages"),
        "delivered": total("messages", "delivered"),
        "lost": sum(count.lost for count in counts.values()),
        "doubled": sum(count.doubled for count in counts.values()),
    }


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        value = value.get(part, {}) if isinstance(value, dict) else {}
    return value


def _sum(value: Any) -> int:
    return sum(map(_sum, value.values())) if isinstance(value, dict) else int(value)
