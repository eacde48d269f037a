"""Draws what a case is about: an incident, a crime or both, of which types.

Who takes part is drawn in `cast`, how it goes on in `scripts`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from functools import cache

from simulation.world.calibration import Calibration, Weights, calibration_for
from simulation.world.calibration.tables import read_table
from simulation.world.cases import Offence

INCIDENT_TYPE_OF = {
    "bicycle_theft": "theft",
    "theft_from_person": "theft",
    "shoplifting": "theft",
    "other_theft": "theft",
    "criminal_damage_arson": "criminal_damage",
    "possession_of_weapons": "weapons",
    "sexual_offences": "sexual_offence",
    "stalking_harassment": "violence",
    "other_crime": "other",
}


@dataclass(frozen=True)
class Subject:
    """`opening` is the incident's type and source, "type|source", or "" where there is none."""

    opening: str
    offences: tuple[Offence, ...]


def draw_subject(rng: random.Random, calibration: Calibration) -> Subject:
    """What the next case of this force is about, in the calibrated mix."""
    kind = _kinds(calibration.force).draw(rng)
    if kind == "incident_only":
        source = calibration.weights("source").draw(rng)
        return Subject(f"{calibration.incident_only_types.draw(rng)}|{source}", ())
    count = 2 if kind == "two_crimes" else 1
    offences = tuple(
        draw_offence(rng, calibration, calibration.crime_types.draw(rng)) for _ in range(count)
    )
    opening = "" if kind == "direct" else _opening(rng, calibration, offences[0])
    return Subject(opening, offences)


def draw_showcase_subject(rng: random.Random, calibration: Calibration) -> Subject:
    """An incident with one volume crime and no abuse in it, so that messages may flow."""
    crime_type = calibration.weights("showcase_crime_type").draw(rng)
    offence = replace(draw_offence(rng, calibration, crime_type), is_domestic_abuse=False)
    return Subject(_opening(rng, calibration, offence), (offence,))


def draw_offence(rng: random.Random, calibration: Calibration, crime_type: str) -> Offence:
    """An offence of this type, with a class and perhaps the domestic abuse flag."""
    abuse: float = calibration.assumptions["domestic_abuse"].get(crime_type, 0.0)
    return Offence(crime_type, rng.choice(_classes()[crime_type]), rng.random() < abuse)


def _opening(rng: random.Random, calibration: Calibration, offence: Offence) -> str:
    incident_type = INCIDENT_TYPE_OF.get(offence.crime_type, offence.crime_type)
    if offence.is_domestic_abuse:
        incident_type = "domestic_incident"
    return f"{incident_type}|{calibration.weights('source').draw(rng)}"


@cache
def _kinds(force: str) -> Weights:
    calibration = calibration_for(force)
    assumed = calibration.assumptions
    crimes = calibration.crimes_per_year
    both = assumed["incident_with_two_crimes"]
    direct = crimes * assumed["crime_without_incident"]
    with_crime = (crimes - direct) / (1 + both)
    return Weights.of(
        {
            "direct": direct,
            "incident_only": calibration.incidents_per_year - with_crime,
            "one_crime": with_crime * (1 - both),
            "two_crimes": with_crime * both,
        }
    )


@cache
def _classes() -> dict[str, list[str]]:
    loaded: dict[str, list[str]] = read_table("home_office_classes")
    return loaded
