"""The effects of the steps of an incident log: opened, graded, attended, closed.

Corrections of a log are here too; crimes and suspects are not.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from simulation.world.cases import Case, Step
from simulation.world.effects import Effect, Played, involve, with_incident
from simulation.world.entities import Incident
from simulation.world.keys import incident_key

PRESENT = frozenset({"victim", "guardian", "witness", "informant"})


def opened(case: Case, step: Step, at: datetime) -> Played:
    incident_type, source = step.detail.split("|")
    key = incident_key(case.serial, at.year)
    incident = Incident(key, at, incident_type, case.area, source)
    case = replace(case, incident=incident, opened_at=at)
    case, people = involve(case, at, roles=PRESENT, crime=None, own_incident=True)
    return case, (incident, *people)


def graded(case: Case, step: Step, at: datetime) -> Played:
    return with_incident(case, grade=step.detail, graded_at=at)


def expected(case: Case, step: Step, at: datetime) -> Played:
    arrival = at.replace(second=0, microsecond=0) + timedelta(minutes=int(step.detail))
    return with_incident(case, expected_arrival_at=arrival)


def arrived(case: Case, step: Step, at: datetime) -> Played:
    return with_incident(case, arrived_at=at)


def closed(case: Case, step: Step, at: datetime) -> Played:
    return with_incident(case, status="closed", closed_at=at)


def corrected(case: Case, step: Step, at: datetime) -> Played:
    """Somebody finds the log was graded otherwise, and earlier, than it says."""
    incident = case.incident
    if incident is None or incident.graded_at is None:
        return case, ()
    grade = "scheduled" if incident.grade != "scheduled" else "prompt"
    earlier = incident.created_at + (incident.graded_at - incident.created_at) / 2
    return with_incident(case, grade=grade, graded_at=earlier)


INCIDENT_STEPS: dict[str, Effect] = {
    "opened": opened,
    "graded": graded,
    "regraded": graded,
    "expected_arrival": expected,
    "delayed": expected,
    "arrived": arrived,
    "incident_closed": closed,
    "grade_corrected": corrected,
}
