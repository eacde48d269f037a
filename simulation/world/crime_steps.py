"""The effects of the steps of a crime: recorded, allocated, concluded, reopened, edited.

What happens to suspects is in `suspect_effects`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from simulation.world.cases import Case, Step
from simulation.world.effects import Effect, Played, involve, with_crime
from simulation.world.entities import Crime, Outcome
from simulation.world.incident_steps import PRESENT
from simulation.world.keys import PEOPLE_PER_CASE, crime_key, row_key


def crimed(case: Case, step: Step, at: datetime) -> Played:
    """The crime is recorded, and the people known so far become part of it."""
    offence = case.offences[step.crime]
    crime = Crime(
        key=crime_key(case.serial, at.year, step.crime),
        incident=None if case.incident is None else case.incident.key,
        crimed_at=at,
        occurred_at=case.opened_at - timedelta(minutes=5 + case.serial * 7919 % 1440),
        crime_type=offence.crime_type,
        home_office_class=offence.home_office_class,
        area=case.area,
        is_domestic_abuse=offence.is_domestic_abuse,
        status_at=at,
    )
    case = replace(case, crimes=(*case.crimes, crime))
    if step.crime == 0 and case.incident is not None:
        linked = tuple(replace(row, crime=crime.key) for row in case.involvements)
        return replace(case, involvements=linked), (crime, *linked)
    case, people = involve(case, at, roles=PRESENT, crime=crime.key, own_incident=True)
    return case, (crime, *people)


def assigned(case: Case, step: Step, at: datetime) -> Played:
    return with_crime(case, step.crime, officer=int(step.detail), officer_assigned_at=at)


def reclassified(case: Case, step: Step, at: datetime) -> Played:
    crime_type, home_office_class = step.detail.split("|")
    return with_crime(case, step.crime, crime_type=crime_type, home_office_class=home_office_class)


def concluded(case: Case, step: Step, at: datetime) -> Played:
    return _with_outcome(case, step.crime, step.detail, at)


def repeated(case: Case, step: Step, at: datetime) -> Played:
    """A second row that says exactly the same: real systems keep one for each suspect."""
    last = case.outcomes[-1]
    return _with_outcome(case, step.crime, last.outcome, last.outcome_at)


def outcome_corrected(case: Case, step: Step, at: datetime) -> Played:
    """An earlier outcome that was forgotten is entered behind the latest one's back."""
    crime = case.crimes[step.crime]
    outcomes = [outcome for outcome in case.outcomes if outcome.crime == crime.key]
    if not outcomes:
        return case, ()
    between = crime.crimed_at + (outcomes[-1].outcome_at - crime.crimed_at) / 2
    forgotten = "15" if outcomes[-1].outcome != "15" else "18"
    return _with_outcome(case, step.crime, forgotten, between)


def closed(case: Case, step: Step, at: datetime) -> Played:
    return with_crime(case, step.crime, status=step.detail, status_at=at)


def reopened(case: Case, step: Step, at: datetime) -> Played:
    return with_crime(case, step.crime, status="under_investigation", status_at=at)


def edited_without_change(case: Case, step: Step, at: datetime) -> Played:
    record = case.crimes[-1] if case.crimes else case.incident
    return case, () if record is None else (record,)


def contact_changed(case: Case, step: Step, at: datetime) -> Played:
    person = replace(case.people[0], mobile=step.detail)
    if person.key // PEOPLE_PER_CASE != case.serial:
        return case, ()
    return replace(case, people=(person, *case.people[1:])), (person,)


def _with_outcome(case: Case, index: int, outcome: str, at: datetime) -> Played:
    crime = case.crimes[index].key
    line = 1 + sum(row.crime == crime for row in case.outcomes)
    key = row_key(case.serial, len(case.outcomes))
    row = Outcome(key, crime, line, outcome, at)
    return replace(case, outcomes=(*case.outcomes, row)), (row,)


CRIME_STEPS: dict[str, Effect] = {
    "crimed": crimed,
    "officer_assigned": assigned,
    "officer_changed": assigned,
    "reclassified": reclassified,
    "outcome": concluded,
    "outcome_repeated": repeated,
    "outcome_corrected": outcome_corrected,
    "crime_closed": closed,
    "reopened": reopened,
    "no_op_edit": edited_without_change,
    "contact_changed": contact_changed,
}
