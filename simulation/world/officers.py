"""The roster of a force: teams of officers under sergeants, and sergeants under inspectors.

The roster follows from the force, the seed and its size. Who deals with which crime is decided
in the scripts.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from simulation.world.calibration import Calibration
from simulation.world.contact_points import email_address
from simulation.world.entities import Officer
from simulation.world.keys import FIRST_OFFICER
from simulation.world.people import draw_name

TEAM_SIZE = 6
INVESTIGATION = "Investigation Team"
TEAMS = ("Response Team", "Local Policing Team", INVESTIGATION, "Victim-Based Crime Team")
DETECTIVES = {"PC": "DC", "Sgt": "DS"}


def roster_size(calibration: Calibration, scale: float) -> int:
    """How many constables a force of this scale has: at least two teams."""
    per_thousand: float = calibration.assumptions["officers_per_thousand_crimes"]
    wanted = calibration.crimes_per_year * scale / 1000 * per_thousand
    return max(2, round(wanted / TEAM_SIZE)) * TEAM_SIZE


def roster(calibration: Calibration, seed: int, size: int) -> list[Officer]:
    """`size` constables with keys from FIRST_OFFICER on, then their sergeants and inspectors."""
    teams = range(size // TEAM_SIZE)
    sergeant = FIRST_OFFICER + size
    inspector = sergeant + len(teams)
    posts = [
        *(_Post(FIRST_OFFICER + n, "PC", n // TEAM_SIZE, sergeant) for n in range(size)),
        *(_Post(sergeant + team, "Sgt", team, inspector) for team in teams),
        *(_Post(inspector + team, "Insp", team, None) for team in teams),
    ]
    return [_officer(calibration, seed, post) for post in posts]


def draw_officer(rng: random.Random, size: int, *, other_than: int | None = None) -> int:
    """The key of a constable who may deal with a crime."""
    keys = [FIRST_OFFICER + n for n in rng.sample(range(size), 2)]
    return keys[1] if keys[0] == other_than else keys[0]


@dataclass(frozen=True)
class _Post:
    """A place in a team; `above` is the key of the first team's supervisor of that rank."""

    key: int
    rank: str
    team: int
    above: int | None


def _officer(calibration: Calibration, seed: int, post: _Post) -> Officer:
    rng = random.Random(f"{seed}|{calibration.force}|officer|{post.key}")
    given, family = draw_name(rng, "en")
    kind = TEAMS[post.team % len(TEAMS)]
    rank = DETECTIVES.get(post.rank, post.rank) if kind == INVESTIGATION else post.rank
    areas = calibration.areas.values
    return Officer(
        key=post.key,
        collar_number=str(post.key),
        display_name=f"{rank} {post.key} {given} {family}",
        rank=rank,
        team=f"{kind} {areas[post.team % len(areas)]}",
        supervisor=None if post.above is None else post.above + post.team,
        email=email_address(given, family, post.key),
    )
