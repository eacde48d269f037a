"""Reads the calibration files into one value per force.

The data files are the only source; nothing is computed from a running system.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Weights:
    """Choices with cumulative weights, drawn from in constant time."""

    values: tuple[str, ...]
    cumulative: tuple[float, ...]

    @classmethod
    def of(cls, shares: Mapping[str, float]) -> Weights:
        return cls(tuple(shares), tuple(accumulate(shares.values())))

    def draw(self, rng: random.Random) -> str:
        return rng.choices(self.values, cum_weights=self.cumulative)[0]

    def share(self, value: str) -> float:
        """The share of one value, 0 where it does not occur."""
        if value not in self.values:
            return 0.0
        at = self.values.index(value)
        below = self.cumulative[at - 1] if at else 0.0
        return (self.cumulative[at] - below) / self.cumulative[-1]


@dataclass(frozen=True)
class Calibration:
    """One force's volumes and mixes. Volumes are per year at full scale."""

    force: str
    crimes_per_year: float
    incidents_per_year: float
    crime_types: Weights
    areas: Weights
    languages: Weights
    incident_only_types: Weights
    first_outcomes: Mapping[str, Weights]
    lag_months: Mapping[str, Weights]
    no_outcome: Mapping[str, float]
    assumptions: Mapping[str, Any]

    def weights(self, name: str) -> Weights:
        """A mix out of the assumptions, by its name there."""
        return _assumed_weights(name)


@cache
def calibration_for(force: str) -> Calibration:
    """The calibration of one force; ValueError names the forces there are."""
    row = _force_rows().get(force)
    if row is None:
        raise ValueError(f"No calibration for force {force!r}; there is one for: {FORCES}")
    assumptions = _assumptions()
    profile = read_table(row["profile"])
    crimes = float(row["recorded_crimes"])
    calls = float(row["calls_999"]) + float(row["calls_101"])
    by_type = _split_violence(profile["by_crime_type"], assumptions)
    return Calibration(
        force=force,
        crimes_per_year=crimes,
        incidents_per_year=calls * assumptions["incidents_per_call"],
        crime_types=Weights.of(_split_violence_shares(profile["crime_type"], assumptions)),
        areas=Weights.of(_areas(row["areas"])),
        languages=Weights.of(_languages(force)),
        incident_only_types=Weights.of(_incident_only(profile, assumptions, crimes, calls)),
        first_outcomes={
            kind: Weights.of(_outcome_codes(mix["first_outcome"], assumptions))
            for kind, mix in by_type.items()
        },
        lag_months={kind: Weights.of(mix["lag_months"]) for kind, mix in by_type.items()},
        no_outcome={kind: mix["no_outcome_yet"] for kind, mix in by_type.items()},
        assumptions=assumptions,
    )


def read_table(name: str) -> Any:
    """One JSON file of this folder, by its name without the ending."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


@cache
def _assumptions() -> dict[str, Any]:
    loaded: dict[str, Any] = read_table("assumptions")
    return loaded


@cache
def _assumed_weights(name: str) -> Weights:
    return Weights.of(_assumptions()[name])


@cache
def _force_rows() -> dict[str, dict[str, str]]:
    with (FOLDER / "forces.csv").open(encoding="utf-8", newline="") as file:
        return {row["force"]: row for row in csv.DictReader(file)}


def _areas(text: str) -> dict[str, float]:
    pairs = (entry.rsplit(":", 1) for entry in text.split("|"))
    return {name: float(weight) for name, weight in pairs}


def _languages(force: str) -> dict[str, float]:
    tables = read_table("languages")
    others: dict[str, float] = {**tables["everywhere"], **tables.get(force, {})}
    return {"en": 1 - sum(others.values()), **others}


def _split_violence(by_type: dict[str, Any], assumptions: dict[str, Any]) -> dict[str, Any]:
    """The public files have one type for what a force records as three."""
    whole = by_type["violence_and_sexual_offences"]
    return {**by_type, **dict.fromkeys(assumptions["violence_and_sexual_offences"], whole)}


def _split_violence_shares(
    shares: dict[str, float], assumptions: dict[str, Any]
) -> dict[str, float]:
    rest = dict(shares)
    whole = rest.pop("violence_and_sexual_offences")
    parts = assumptions["violence_and_sexual_offences"]
    return {**rest, **{kind: whole * part for kind, part in parts.items()}}


def _outcome_codes(texts: dict[str, float], assumptions: dict[str, Any]) -> dict[str, float]:
    codes: dict[str, float] = {}
    for text, share in texts.items():
        for code, part in assumptions["outcome_codes"][text].items():
            codes[code] = codes.get(code, 0.0) + share * part
    return codes


def _incident_only(
    profile: dict[str, Any], assumptions: dict[str, Any], crimes: float, calls: float
) -> dict[str, float]:
    """Incidents that become no crime: anti-social behaviour as counted, the rest assumed."""
    without_crime = calls * assumptions["incidents_per_call"] - crimes
    asb = profile["anti_social_behaviour_per_crime"] * crimes / without_crime
    others: dict[str, float] = assumptions["incident_only_type"]
    scale = (1 - asb) / sum(others.values())
    return {"anti_social_behaviour": asb, **{k: v * scale for k, v in others.items()}}


FORCES = tuple(_force_rows())
