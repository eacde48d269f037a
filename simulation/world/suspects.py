"""The part of a script in which suspects are named, arrested, interviewed, bailed or charged.

Who the suspects are is decided in `cast`; what each step records in `lifecycle`.
"""

from __future__ import annotations

import random

from simulation.world.calibration import Weights
from simulation.world.cases import Step
from simulation.world.scripts import CHARGED, HOUR, MINUTE, Ending

RELEASE_WHEN_CHARGED = Weights.of(
    {"charged": 0.3, "bailed": 0.5, "released_under_investigation": 0.2}
)
RELEASE = Weights.of(
    {"bailed": 0.4, "released_under_investigation": 0.3, "released_without_charge": 0.3}
)


def suspect_steps(
    rng: random.Random, ending: Ending, positions: list[int], *, crimed: float, arrest: float
) -> list[Step]:
    """Steps for the suspects at these places in the case's people, of the case's first crime."""
    if not positions:
        return []
    end = crimed + ending.lag
    named = crimed + ending.lag * rng.uniform(0.3, 0.5)
    steps = [Step("suspect_named", named)]
    for position in positions:
        if ending.outcome in CHARGED or rng.random() < arrest:
            steps.extend(_custody(rng, ending, str(position), named, end))
    return steps


def _custody(rng: random.Random, ending: Ending, who: str, named: float, end: float) -> list[Step]:
    room = end - named
    arrested = named + min(room * rng.uniform(0.05, 0.3), 5 * 24 * HOUR)
    interviewed = arrested + min(room * 0.2, rng.uniform(2, 10) * HOUR)
    released = interviewed + min(room * 0.2, rng.uniform(1, 5) * HOUR)
    manner = _release(rng, ending)
    steps = [
        Step("arrested", arrested, who),
        Step("interviewed", interviewed, who),
        Step(manner, released, who),
    ]
    if ending.outcome in CHARGED and manner != "charged":
        steps.append(Step("charged", max(released, end - 5 * MINUTE), who))
    return steps


def _release(rng: random.Random, ending: Ending) -> str:
    return (RELEASE_WHEN_CHARGED if ending.outcome in CHARGED else RELEASE).draw(rng)
