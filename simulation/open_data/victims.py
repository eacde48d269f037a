"""Who a case happened to: a generated person and their part in it, or nobody who could be told.

Nothing of it comes from the public files, which name no one.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from simulation.open_data.vocabulary import PERSONAL_VICTIM
from simulation.world.calibration import Calibration
from simulation.world.cast import ABUSE, THEFT, VIOLENCE
from simulation.world.entities import Person
from simulation.world.keys import person_key
from simulation.world.people import Sort, make_person

VIOLENT = frozenset({"violence_and_sexual_offences", "public_order"})
PEOPLE_SEED = 1


@dataclass(frozen=True)
class Happening:
    """What a victim is drawn for: the case's number, our word for its type, and its day."""

    serial: int
    kind: str
    is_abuse: bool
    on: date


@dataclass(frozen=True)
class Part:
    """One person of a case, their role, and what the suspect is to them."""

    person: Person
    role: str
    relationship: str


def draw_victims(
    calibration: Calibration, rng: random.Random, happening: Happening
) -> tuple[Part, ...]:
    """The victim, with a guardian if under 18; nobody for a business or a victimless case."""
    if not happening.is_abuse and rng.random() >= PERSONAL_VICTIM[happening.kind]:
        return ()
    is_minor = rng.random() < calibration.assumptions["minor_victim"]
    sorts = [Sort(is_minor=is_minor, is_domestic_abuse=happening.is_abuse)]
    if is_minor:
        sorts.append(Sort())
    people = [
        make_person(
            calibration,
            PEOPLE_SEED,
            person_key(happening.serial, index),
            sort=sort,
            today=happening.on,
        )
        for index, sort in enumerate(sorts)
    ]
    relationships = (_relationship(rng, happening), "family")
    roles = ("victim", "guardian")
    return tuple(map(Part, people, roles, relationships))


def _relationship(rng: random.Random, happening: Happening) -> str:
    if happening.is_abuse:
        return ABUSE.draw(rng)
    return (VIOLENCE if happening.kind in VIOLENT else THEFT).draw(rng)
