"""Who takes part in a case: victims, guardians, witnesses, callers and suspects.

Person 0 of every case is known from its opening. What they are like is made in `people`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date

from simulation.world.calibration import Calibration, Weights
from simulation.world.cases import Offence, Part
from simulation.world.entities import Person
from simulation.world.keys import person_key
from simulation.world.people import Sort, make_person

VICTIMLESS = frozenset({"drugs", "possession_of_weapons", "other_crime"})
ABUSE = Weights.of({"partner": 0.4, "ex_partner": 0.37, "family": 0.23})
VIOLENCE = Weights.of({"stranger": 0.34, "acquaintance": 0.46, "family": 0.08, "unknown": 0.12})
THEFT = Weights.of({"stranger": 0.5, "acquaintance": 0.05, "unknown": 0.45})
RECENT_CASES = 500


@dataclass(frozen=True)
class Casting:
    """What the cast is drawn for. `is_contactable` asks for a victim without obstacles."""

    calibration: Calibration
    seed: int
    serial: int
    today: date
    is_contactable: bool = False


def draw_cast(
    casting: Casting, rng: random.Random, offence: Offence | None, *, suspects: int
) -> tuple[tuple[Person, ...], tuple[Part, ...]]:
    """The people of a case and their parts in it; suspects come last."""
    relationship = _relationship(rng, offence)
    people, parts = _victims(casting, rng, offence, relationship)
    if rng.random() < casting.calibration.assumptions["witness"]:
        parts.append(Part(len(people), "witness", "unknown"))
        people.append(_person(casting, len(people), Sort()))
    for _ in range(suspects):
        parts.append(Part(len(people), "suspect", relationship))
        people.append(_suspect(casting, rng, len(people), people[0], relationship))
    return tuple(people), tuple(parts)


def first_person_key(calibration: Calibration, seed: int, serial: int) -> int:
    """The key of person 0 of a case, who now and then is person 0 of an earlier one."""
    while serial > 1:
        rng = random.Random(f"{seed}|{calibration.force}|repeat|{serial}")
        if rng.random() >= calibration.assumptions["repeat_person"]:
            break
        serial = rng.randrange(max(1, serial - RECENT_CASES), serial)
    return person_key(serial, 0)


def _victims(
    casting: Casting, rng: random.Random, offence: Offence | None, relationship: str
) -> tuple[list[Person], list[Part]]:
    assumed = casting.calibration.assumptions
    is_victim = offence is not None and offence.crime_type not in VICTIMLESS
    is_minor = is_victim and not casting.is_contactable and rng.random() < assumed["minor_victim"]
    sort = Sort(
        is_minor=is_minor,
        is_domestic_abuse=offence is not None and offence.is_domestic_abuse,
        is_contactable=casting.is_contactable,
    )
    key = first_person_key(casting.calibration, casting.seed, casting.serial)
    people = [replace(_person(casting, 0, sort), key=key)]
    parts = [Part(0, "victim" if is_victim else "informant", relationship)]
    if is_minor:
        parts.append(Part(1, "guardian", "family"))
        people.append(_person(casting, 1, Sort()))
    if is_victim and rng.random() < assumed["second_victim"]:
        parts.append(Part(len(people), "victim", relationship))
        people.append(_person(casting, len(people), Sort()))
    return people, parts


def _suspect(
    casting: Casting, rng: random.Random, index: int, victim: Person, relationship: str
) -> Person:
    suspect = _person(casting, index, Sort(is_suspect=True))
    shared = casting.calibration.assumptions["phone_shared_with_suspect"][relationship]
    if victim.mobile is not None and rng.random() < shared:
        return replace(suspect, mobile=victim.mobile)
    return suspect


def _person(casting: Casting, index: int, sort: Sort) -> Person:
    key = person_key(casting.serial, index)
    return make_person(casting.calibration, casting.seed, key, sort=sort, today=casting.today)


def _relationship(rng: random.Random, offence: Offence | None) -> str:
    if offence is None:
        return "unknown"
    if offence.is_domestic_abuse:
        return ABUSE.draw(rng)
    violent = {"violence", "sexual_offences", "stalking_harassment", "public_order"}
    return (VIOLENCE if offence.crime_type in violent else THEFT).draw(rng)
