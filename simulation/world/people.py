"""Makes people: the same serial number always gives the same person.

What role a person plays in a case is decided where the case is opened.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from simulation.world.calibration import FORCES, Calibration
from simulation.world.calibration.tables import read_table
from simulation.world.contact_points import (
    email_address,
    everyday_mobile,
    malformed_mobile,
    reachable_mobile,
    suspect_mobile,
)
from simulation.world.entities import Person
from simulation.world.keys import PEOPLE_PER_CASE

NUMBERS_BETWEEN_FORCES = 85


@dataclass(frozen=True)
class Sort:
    """Which sort of person is wanted; `is_contactable` means adult, reachable, no markers."""

    is_suspect: bool = False
    is_minor: bool = False
    is_domestic_abuse: bool = False
    is_contactable: bool = False


def make_person(
    calibration: Calibration, seed: int, key: int, *, sort: Sort, today: date
) -> Person:
    """The person with this key; `today` is the day the age is reckoned from."""
    rng = random.Random(f"{seed}|{calibration.force}|person|{key}")
    language = "en" if sort.is_contactable else calibration.languages.draw(rng)
    given, family = draw_name(rng, language)
    return Person(
        key=key,
        given_name=given,
        family_name=family,
        date_of_birth=_born_on(rng, today, is_minor=sort.is_minor),
        mobile=_mobile(rng, calibration, key, sort),
        email=_email(rng, calibration, key, sort, (given, family)),
        language=language,
        preferred_channel=calibration.weights("preferred_channel").draw(rng),
        **_markers(rng, calibration, sort),
    )


def draw_name(rng: random.Random, language: str) -> tuple[str, str]:
    """A given and a family name; people with one first language often have names of it."""
    pools = _names()
    pool = pools[language if language in pools else "en"]
    return rng.choice(pool["given"]), rng.choice(pool["family"])


def _mobile(rng: random.Random, calibration: Calibration, key: int, sort: Sort) -> str | None:
    if sort.is_contactable:
        # Forces start at different places, so that a number is not another force's at once.
        start = FORCES.index(calibration.force) * NUMBERS_BETWEEN_FORCES
        return reachable_mobile(rng, start + key // PEOPLE_PER_CASE)
    assumed = calibration.assumptions
    if rng.random() >= assumed["has_mobile"]:
        return None
    if rng.random() < assumed["malformed_mobile"]:
        return malformed_mobile(rng)
    return suspect_mobile(rng) if sort.is_suspect else everyday_mobile(rng, key)


def _email(
    rng: random.Random, calibration: Calibration, key: int, sort: Sort, name: Sequence[str]
) -> str | None:
    if not sort.is_contactable and rng.random() >= calibration.assumptions["has_email"]:
        return None
    return email_address(name[0], name[1], key)


def _born_on(rng: random.Random, today: date, *, is_minor: bool) -> date | None:
    if not is_minor and rng.random() < 0.02:
        return None
    years = rng.uniform(5, 17.5) if is_minor else rng.triangular(18.2, 95, 34)
    return today - timedelta(days=round(years * 365.25))


def _markers(rng: random.Random, calibration: Calibration, sort: Sort) -> dict[str, bool]:
    if sort.is_contactable:
        return {}
    assumed = calibration.assumptions
    abuse = "_in_domestic_abuse" if sort.is_domestic_abuse else ""
    return {
        "is_deceased": rng.random() < assumed["deceased"],
        "is_safe_contact_only": rng.random() < assumed[f"safe_contact_only{abuse}"],
        "is_vulnerable": sort.is_minor or rng.random() < assumed["vulnerable"],
        "has_opted_out": rng.random() < assumed["opted_out"],
    }


@cache
def _names() -> dict[str, dict[str, list[str]]]:
    loaded: dict[str, dict[str, list[str]]] = read_table("names")
    return loaded
