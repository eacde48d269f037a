"""The roster of a force: teams of officers under sergeants, and sergeants under inspectors.

The roster follows from the force, the seed and its size. Who deals with which crime is decided
in the scripts.
"""

from __future__ import annotations

import random

from simulation.world.calibration import Calibration
from simulation.world.contact_points import email_address
from simulation.world.entities import Officer
from simulation.world.keys import FIRST_OFFICER
from simulation.world.people import draw_name

TEAM_SIZE = 6
TEAMS = ("Response Team", "Local Policing Team", "Investigation Team", "Victim-Based Crime Team")


def roster_size(calibration: Calibration, scale: float) -> int:
    """How many constables a force of this scale has: at least two teams."""
    per_thousand: float = calibration.assumptions["officers_per_thousand_crimes"]
    wanted = calibration.crimes_per_year * scale / 1000 * per_thousand
    return max(2, round(wanted / TEAM_SIZE)) * TEAM_SIZE


def roster(calibration: Calibration, seed: int, size: int) -> list[Officer]:
    """`size` constables with keys from FIRST_OFFICER on, then their sergeants and inspectors."""
    teams = size // TEAM_SIZE
    sergeants = FIRST_OFFICER + size
    inspectors = sergeants + teams
    constables = [
        _officer(calibration, seed, FIRST_OFFICER + n, "PC", n // TEAM_SIZE, sergeants)
        for n in range(size)
    ]
    seconds = [_officer(calibration, seed, sergeants + t, "Sgt", t, inspectors) for t in range(teams)]
    thirds = [_officer(calibration, seed, inspectors + t, "Insp", t, None) for t in range(teams)]
    return [*constables, *seconds, *thirds]


def draw_officer(rng: random.Random, size: int, *, other_than: int | None = None) -> int:
    """The key of a constable who may deal with a crime."""
    keys = [FIRST_OFFICER + n for n in rng.sample(range(size), 2)]
    return keys[1] if keys[0] == other_than else keys[0]


def _officer(
    calibration: Calibration, seed: int, key: int, rank: str, team: int, above: int | None
) -> Officer:
    rng = random.Random(f"{seed}|{calibration.force}|officer|{key}")
    given, family = draw_name(rng, "en")
    kind = TEAMS[team % len(TEAMS)]
    detective = "D" if kind.startswith("Investigation") and rank != "Insp" else ""
    titled = {"PC": "DC", "Sgt": "DS"}.get(rank, rank) if detective else rank
    area = calibration.areas.values[team % len(calibration.areas.values)]
    return Officer(
        key=key,
        collar_number=str(key),
        display_name=f"{titled} {key} {given} {family}",
        rank=titled,
        team=f"{kind} {area}",
        supervisor=None if above is None else above + team,
        email=email_address(given, family, key),
    )
