"""Plays the next step of a case: a new case value, and the records that it changed.

Nothing here is random and nothing knows a database; when a step happens is the driver's choice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from simulation.world.cases import Case, Step
from simulation.world.crime_steps import CRIME_STEPS
from simulation.world.effects import Effect, Played
from simulation.world.entities import Entity
from simulation.world.incident_steps import INCIDENT_STEPS
from simulation.world.suspect_effects import SUSPECT_STEPS

EFFECTS: dict[str, Effect] = {**INCIDENT_STEPS, **CRIME_STEPS, **SUSPECT_STEPS}


def advance(case: Case, at: datetime) -> Played:
    """Play the case's next step at this (aware) moment; ValueError if its script has ended."""
    step = case.next_step
    if step is None:
        raise ValueError(f"The script of case {case.serial} has ended")
    changed, records = EFFECTS[step.kind](case, step, at)
    return replace(changed, done=case.done + 1), records


def due_at(case: Case) -> datetime | None:
    """When the script means the next step to happen, or None at its end."""
    step = case.next_step
    return None if step is None else case.opened_at + timedelta(seconds=step.after)


def play_until(case: Case, end: datetime, record: Callable[[Entity, datetime], None]) -> Case:
    """Play every step that is due before `end`, at its own time, reporting what it changed."""
    while (at := due_at(case)) is not None and at < end:
        case, records = advance(case, at)
        for entity in records:
            record(entity, at)
    return case


__all__ = ["EFFECTS", "Step", "advance", "due_at", "play_until"]
