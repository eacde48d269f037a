"""Writes the script of a case: which steps happen, in which order, and how long after opening.

The lags are calibrated; a driver may play the steps at these times or as fast as it likes.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from simulation.world.calibration import Calibration
from simulation.world.cases import Offence, Step
from simulation.world.contact_points import everyday_mobile
from simulation.world.officers import draw_officer

MINUTE = 60.0
HOUR = 3600.0
DAY = 86400.0
MONTH = 30.4 * DAY
CHARGED = frozenset({"1", "1a"})
# Minutes within which an officer should arrive, by grade.
ATTENDANCE = {"immediate": 15, "prompt": 60, "scheduled": 24 * 60, "appointment": 48 * 60}
RECORDED_LATER = {"violence": ("public_order", "9A"), "other_theft": ("burglary", "28E")}


@dataclass(frozen=True)
class Writing:
    """What a script is written from: chances of the rarer steps, and who may be allocated."""

    calibration: Calibration
    rng: random.Random
    events: Mapping[str, float]
    roster_size: int
    must_conclude: bool

    def happens(self, event: str) -> bool:
        return self.rng.random() < self.events[event]


@dataclass(frozen=True)
class Ending:
    """How a crime ends: its first outcome, or None, and when, in seconds after criming."""

    outcome: str | None
    lag: float


def incident_steps(writing: Writing, opening: str) -> tuple[list[Step], float]:
    """The steps of the log, and the second at which a crime could be recorded."""
    rng = writing.rng
    grade = writing.calibration.weights("grade").draw(rng)
    graded = rng.uniform(1, 4) * MINUTE
    steps = [Step("opened", 0, opening), Step("graded", graded, grade)]
    if writing.happens("regraded"):
        other = rng.choice([g for g in ATTENDANCE if g != grade])
        graded += rng.uniform(0.5, 1.5) * MINUTE
        steps.append(Step("regraded", graded, other))
        grade = other
    if grade not in ATTENDANCE:
        done = rng.uniform(1, 8) * HOUR
        return [*steps, Step("incident_closed", done + HOUR)], done
    attended, arrived = _attendance(writing, graded, ATTENDANCE[grade])
    closed = Step("incident_closed", arrived + rng.uniform(1.5, 5) * HOUR)
    return [*steps, *attended, closed], arrived + rng.uniform(10, 80) * MINUTE


def crime_steps(
    writing: Writing, index: int, offence: Offence, ending: Ending, *, at: float
) -> list[Step]:
    """The steps of one crime that is recorded at second `at` after opening."""
    rng = writing.rng
    assigned = at + min(rng.uniform(0.3, 24) * HOUR, ending.lag * 0.3)
    end = at + ending.lag
    officer = draw_officer(rng, writing.roster_size)
    steps = [
        Step("crimed", at, "", index),
        Step("officer_assigned", assigned, str(officer), index),
    ]
    if writing.happens("officer_changed"):
        other = draw_officer(rng, writing.roster_size, other_than=officer)
        between = rng.uniform(assigned, end)
        steps.append(Step("officer_changed", between, str(other), index))
    if offence.crime_type in RECORDED_LATER and writing.happens("reclassified"):
        detail = "|".join(RECORDED_LATER[offence.crime_type])
        steps.append(Step("reclassified", rng.uniform(at, end), detail, index))
    if ending.outcome is None:
        return steps
    return [*steps, *_conclusion(writing, index, ending.outcome, end), *_later(writing, index, end)]


def edit_steps(writing: Writing, *, start: float, end: float, serial: int) -> list[Step]:
    """Edits that change nothing, and a victim who has a new number."""
    rng, steps = writing.rng, []
    if writing.happens("no_op_edit"):
        steps.append(Step("no_op_edit", rng.uniform(start, end)))
    if writing.happens("contact_changed"):
        mobile = everyday_mobile(rng, serial * 10 + 5)
        steps.append(Step("contact_changed", rng.uniform(start, end), mobile))
    return steps


def draw_ending(writing: Writing, crime_type: str) -> Ending:
    """The calibrated first outcome of a crime and its lag."""
    rng, calibration = writing.rng, writing.calibration
    outcome: str | None = calibration.first_outcomes[crime_type].draw(rng)
    if not writing.must_conclude and rng.random() < calibration.no_outcome[crime_type]:
        outcome = None
    months = int(calibration.lag_months[crime_type].draw(rng))
    if months == 0:
        return Ending(outcome, rng.triangular(0.2, 24, 6) * DAY)
    return Ending(outcome, (months - 0.4 + rng.random()) * MONTH)


def in_order(steps: list[Step]) -> tuple[Step, ...]:
    return tuple(sorted(steps, key=lambda step: step.after))


def _attendance(writing: Writing, graded: float, within: int) -> tuple[list[Step], float]:
    rng = writing.rng
    promised = graded + rng.uniform(0.2, 0.8) * MINUTE
    steps = [Step("expected_arrival", promised, str(within))]
    arrived = promised + rng.uniform(0.4, 1.0) * within * MINUTE
    if writing.happens("delayed"):
        extra = max(10, within // 4)
        steps.append(Step("delayed", arrived, str(extra)))
        arrived += rng.uniform(0.3, 1.0) * extra * MINUTE
    return [*steps, Step("arrived", arrived)], arrived


def _conclusion(writing: Writing, index: int, outcome: str, at: float) -> list[Step]:
    steps = [Step("outcome", at, outcome, index)]
    if outcome in CHARGED and writing.rng.random() < 0.25:
        steps.append(Step("outcome_repeated", at + 5, "", index))
    status = "charged" if outcome in CHARGED else "closed"
    return [*steps, Step("crime_closed", at + 10 * MINUTE, status, index)]


def _later(writing: Writing, index: int, end: float) -> list[Step]:
    """What may still happen to a concluded crime: a correction, a reopening."""
    rng, steps = writing.rng, []
    at = end + HOUR
    if writing.happens("corrected"):
        kind = rng.choice(["grade_corrected", "outcome_corrected"])
        steps.append(Step(kind, at, "", index))
    if writing.happens("reopened"):
        at += rng.uniform(3, 60) * DAY
        steps.append(Step("reopened", at, "", index))
        second = rng.choice(["1", "8", "15", "18", "16"])
        steps.extend(_conclusion(writing, index, second, at + rng.uniform(2, 30) * DAY))
    return steps
