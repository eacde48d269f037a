"""Opens a case: draws what it is about, who takes part, and writes its script.

The same force, seed and serial number always open the same case, whichever driver plays it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime

from simulation.world.calibration import Calibration, calibration_for
from simulation.world.cases import Case, Part, Step
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
from simulation.world.subjects import Subject, draw_showcase_subject, draw_subject
from simulation.world.suspects import suspect_steps


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
        direct: float = calibration.assumptions["crime_without_incident"]
        direct *= calibration.crimes_per_year
        return (calibration.incidents_per_year + direct) * self.scale / 365


@dataclass(frozen=True)
class _Plot:
    """What a script is about: the subject, how each offence ends, and who plays which part."""

    serial: int
    subject: Subject
    endings: tuple[Ending, ...]
    parts: tuple[Part, ...]


def open_case(world: World, serial: int, at: datetime, *, is_showcase: bool = False) -> Case:
    """A case with nothing recorded yet. A showcase one is eventful and mostly a volume crime."""
    calibration = world.calibration
    rng = random.Random(f"{world.seed}|{world.force}|case|{serial}")
    is_shown = is_showcase and rng.random() < calibration.assumptions["showcase_share"]
    subject = (draw_showcase_subject if is_shown else draw_subject)(rng, calibration)
    writing = _writing(world, rng, is_showcase=is_showcase)
    endings = tuple(draw_ending(writing, offence.crime_type) for offence in subject.offences)
    casting = Casting(calibration, world.seed, serial, at.date(), is_contactable=is_shown)
    offence = subject.offences[0] if subject.offences else None
    people, parts = draw_cast(casting, rng, offence, suspects=_suspects(writing, endings))
    return Case(
        serial=serial,
        opened_at=at,
        area=calibration.areas.draw(rng),
        offences=subject.offences,
        people=people,
        parts=parts,
        script=_script(writing, _Plot(serial, subject, endings, parts)),
    )


def _writing(world: World, rng: random.Random, *, is_showcase: bool) -> Writing:
    events = world.calibration.assumptions["events"]
    return Writing(
        calibration=world.calibration,
        rng=rng,
        events=events["showcase" if is_showcase else "calibrated"],
        roster_size=world.roster_size,
        must_conclude=is_showcase,
    )


def _suspects(writing: Writing, endings: tuple[Ending, ...]) -> int:
    named = writing.calibration.assumptions["outcomes_with_a_suspect"]
    if not endings or endings[0].outcome not in named:
        return 0
    return writing.rng.choices([1, 2, 3], [0.88, 0.09, 0.03])[0]


def _script(writing: Writing, plot: _Plot) -> tuple[Step, ...]:
    opening = plot.subject.opening
    steps, ready = incident_steps(writing, opening) if opening else ([], 0.0)
    for index, offence in enumerate(plot.subject.offences):
        steps += crime_steps(writing, index, offence, plot.endings[index], at=ready + index)
    if plot.endings:
        positions = [part.person for part in plot.parts if part.role == "suspect"]
        chance = writing.calibration.assumptions["arrest_when_a_suspect_is_named"]
        first = plot.endings[0]
        steps += suspect_steps(writing.rng, first, positions, crimed=ready, arrest=chance)
    last = max(step.after for step in steps)
    end = max(last, ready + DAY)
    steps += edit_steps(writing, start=ready + 1, end=end, serial=plot.serial)
    return in_order(steps)
