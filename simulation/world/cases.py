"""A case in the generated world: what has been recorded so far, and the script of what will be.

The steps' effects are in `lifecycle`, their writing in `scripts`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from simulation.world.entities import Crime, Incident, Involvement, Outcome, Person, SuspectEvent


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that will happen: `after` seconds after the case opened, to crime `crime`."""

    kind: str
    after: float
    detail: str = ""
    crime: int = 0


@dataclass(frozen=True, slots=True)
class Offence:
    """A crime that will be recorded when the script comes to it."""

    crime_type: str
    home_office_class: str
    is_domestic_abuse: bool


@dataclass(frozen=True, slots=True)
class Part:
    """The role that the person at `person` in the case's people has or will have."""

    person: int
    role: str
    relationship: str


@dataclass(frozen=True, slots=True)
class Case:
    """Everything about one case. `done` counts the script's steps that have happened."""

    serial: int
    opened_at: datetime
    area: str
    offences: tuple[Offence, ...]
    people: tuple[Person, ...]
    parts: tuple[Part, ...]
    script: tuple[Step, ...]
    done: int = 0
    incident: Incident | None = None
    crimes: tuple[Crime, ...] = ()
    involvements: tuple[Involvement, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    suspect_events: tuple[SuspectEvent, ...] = ()

    @property
    def next_step(self) -> Step | None:
        return self.script[self.done] if self.done < len(self.script) else None


def case_to_json(case: Case) -> str:
    return _ADAPTER.dump_json(case).decode()


def case_from_json(text: str) -> Case:
    return _ADAPTER.validate_json(text)


_ADAPTER: TypeAdapter[Case] = TypeAdapter(Case)
