"""What playing a step means: a function from a case, the step and a moment to what changed.

The effects themselves lie in one module each for incidents, crimes and suspects.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from simulation.world.cases import Case, Step
from simulation.world.entities import Crime, Entity, Incident, Involvement
from simulation.world.keys import PEOPLE_PER_CASE, row_key

Played = tuple[Case, tuple[Entity, ...]]
Effect = Callable[[Case, Step, datetime], Played]


def with_incident(case: Case, **changes: Any) -> Played:
    """The case with a changed incident."""
    if case.incident is None:
        return case, ()
    incident: Incident = replace(case.incident, **changes)
    return replace(case, incident=incident), (incident,)


def with_crime(case: Case, index: int, **changes: Any) -> Played:
    """The case with one changed crime."""
    crime: Crime = replace(case.crimes[index], **changes)
    crimes = (*case.crimes[:index], crime, *case.crimes[index + 1 :])
    return replace(case, crimes=crimes), (crime,)


def involve(
    case: Case, at: datetime, *, roles: frozenset[str], crime: int | None, own_incident: bool
) -> Played:
    """Record the people with these roles and their involvement in the case."""
    incident = case.incident.key if case.incident and own_incident else None
    added: list[Involvement] = []
    for part in case.parts:
        if part.role in roles:
            number = len(case.involvements) + len(added)
            person = case.people[part.person].key
            key = row_key(case.serial, number)
            added.append(
                Involvement(key, person, incident, crime, part.role, part.relationship, at)
            )
    # A person of another case is on file already, perhaps changed since: not written again.
    joining = [case.people[part.person] for part in case.parts if part.role in roles]
    people = [person for person in joining if person.key // PEOPLE_PER_CASE == case.serial]
    return replace(case, involvements=(*case.involvements, *added)), (*people, *added)
