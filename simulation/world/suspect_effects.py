"""The effects of the steps of a suspect: named, arrested, interviewed, released, charged.

When these steps come is written in `suspects`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from simulation.world.cases import Case, Step
from simulation.world.effects import Effect, Played, involve
from simulation.world.entities import SuspectEvent
from simulation.world.keys import row_key

SUSPECT = frozenset({"suspect"})


def named(case: Case, step: Step, at: datetime) -> Played:
    crime = case.crimes[step.crime].key
    return involve(case, at, roles=SUSPECT, crime=crime, own_incident=False)


def happened(case: Case, step: Step, at: datetime) -> Played:
    """The step's kind is the event, its detail the suspect's place in the case's people."""
    person = case.people[int(step.detail)].key
    crime = case.crimes[step.crime].key
    key = row_key(case.serial, len(case.suspect_events))
    event = SuspectEvent(key, crime, person, step.kind, at)
    return replace(case, suspect_events=(*case.suspect_events, event)), (event,)


EVENTS = (
    "arrested",
    "interviewed",
    "bailed",
    "released_under_investigation",
    "released_without_charge",
    "charged",
)
SUSPECT_STEPS: dict[str, Effect] = {"suspect_named": named, **dict.fromkeys(EVENTS, happened)}
