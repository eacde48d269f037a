"""Opens a case: draws what it is about, who takes part, and writes its script.

The same force, seed and serial number always open the same case, whichever driver plays it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from simulation.world.calibration import Calibration, Weights, calibration_for
from simulation.world.calibration.tables import read_table
from simulation.world.cases import Case, Offence, Part, Step
from simulation.world.cast import Casting, draw_cast
from simulation.world.officers import roster_size
from simulation.world.scripts import (
    DAY,
    Ending,
    Writing,
    crime_steps,
    draw_ending,
    edit_steps,
    in_order,
    incident_steps,
)
from simulation.world.suspects import suspect_steps

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
class World:
    """One force's world: its scale is the share of the real volumes that happens here."""

    force: str
    seed: int
    scale: float

    @property
    def calibration(self) -> Calibration:
        return calibration_for(self.force)

    @property
    def roster_size(self) -> int:
        return roster_size(self.calibration, self.scale)

    @property
    def cases_per_day(self) -> float:
        calibration = self.calibration
        direct = calibration.assumptions["crime_without_incident"] * calibration.crimes_per_year
        return (calibration.incidents_per_year + direct) * self.scale / 365


def open_case(world: World, serial: int, at: datetime, *, is_showcase: bool = False) -> Case:
    """A case with nothing recorded yet. A showcase one is eventful and mostly a volume crime."""
    calibration = world.calibration
    rng = random.Random(f"{world.seed}|{world.force}|case|{serial}")
    shown = is_showcase and rng.random() < calibration.assumptions["showcase_share"]
    origin, offences = _subject(rng, calibration, is_shown=shown)
    writing = Writing(
        calibration=calibration,
        rng=rng,
        events=calibration.assumptions["events"]["showcase" if is_showcase else "calibrated"],
        roster_size=world.roster_size,
        must_conclude=is_showcase,
    )
    endings = [draw_ending(writing, offence.crime_type) for offence in offences]
    casting = Casting(calibration, world.seed, serial, at.date(), is_contactable=shown)
    people, parts = draw_cast(
        casting, rng, offences[0] if offences else None, suspects=_suspects(writing, endings)
    )
    return Case(
        serial=serial,
        opened_at=at,
        area=calibration.areas.draw(rng),
        offences=offences,
        people=people,
        parts=parts,
        script=_script(writing, serial, origin, offences, endings, parts),
    )


def draw_offence(rng: random.Random, calibration: Calibration, crime_type: str) -> Offence:
    """An offence of this type, with a class and perhaps the domestic abuse flag."""
    abuse: float = calibration.assumptions["domestic_abuse"].get(crime_type, 0.0)
    return Offence(crime_type, rng.choice(_classes()[crime_type]), rng.random() < abuse)


def _subject(
    rng: random.Random, calibration: Calibration, *, is_shown: bool
) -> tuple[str, tuple[Offence, ...]]:
    """The type and source of the incident ("" where a crime has none), and the offences."""
    if is_shown:
        crime_type = calibration.weights("showcase_crime_type").draw(rng)
        offence = draw_offence(rng, calibration, crime_type)
        return _opening(rng, calibration, offence), (
            Offence(crime_type, offence.home_office_class, False),
        )
    kind = _kinds(calibration.force).draw(rng)
    if kind == "incident_only":
        source = calibration.weights("source").draw(rng)
        return f"{calibration.incident_only_types.draw(rng)}|{source}", ()
    count = 2 if kind == "two_crimes" else 1
    offences = tuple(
        draw_offence(rng, calibration, calibration.crime_types.draw(rng)) for _ in range(count)
    )
    return "" if kind == "direct" else _opening(rng, calibration, offences[0]), offences


def _opening(rng: random.Random, calibration: Calibration, offence: Offence) -> str:
    crime_type = offence.crime_type
    incident_type = INCIDENT_TYPE_OF.get(crime_type, crime_type)
    if offence.is_domestic_abuse:
        incident_type = "domestic_incident"
    return f"{incident_type}|{calibration.weights('source').draw(rng)}"


def _suspects(writing: Writing, endings: list[Ending]) -> int:
    named = writing.calibration.assumptions["outcomes_with_a_suspect"]
    if not endings or endings[0].outcome not in named:
        return 0
    return writing.rng.choices([1, 2, 3], [0.88, 0.09, 0.03])[0]


def _script(
    writing: Writing,
    serial: int,
    origin: str,
    offences: tuple[Offence, ...],
    endings: list[Ending],
    parts: tuple[Part, ...],
) -> tuple[Step, ...]:
    steps, ready = incident_steps(writing, origin) if origin else ([], 0.0)
    for index, (offence, ending) in enumerate(zip(offences, endings, strict=True)):
        steps += crime_steps(writing, index, offence, ending, at=ready + index)
    if endings:
        positions = [part.person for part in parts if part.role == "suspect"]
        chance = writing.calibration.assumptions["arrest_when_a_suspect_is_named"]
        steps += suspect_steps(writing.rng, endings[0], positions, crimed=ready, arrest=chance)
    last = max(step.after for step in steps)
    steps += edit_steps(writing, start=ready + 1, end=max(last, ready + DAY), serial=serial)
    return in_order(steps)


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
