"""The sums that must come out: what the files lead to beside what was found, one line each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestration.replay.counting import Found
from simulation.open_data import Tally

# Everything else is final, or waits for a person.
UNDER_WAY = ("ready", "leased", "inflight", "unknown", "accepted")


@dataclass(frozen=True)
class Check:
    """One sum: what it should be, and what it is."""

    expected: int
    found: int

    @property
    def ok(self) -> bool:
        return self.expected == self.found

    def as_json(self) -> dict[str, int | bool]:
        return {"expected": self.expected, "found": self.found, "ok": self.ok}


def checks(files: Tally, found: Found) -> Mapping[str, Check]:
    """All sums of a replay by what they say."""
    return {**_rows(files, found), **_facts(files, found), **_messages(found)}


def _rows(files: Tally, found: Found) -> dict[str, Check]:
    incidents = files.crimes + files.incidents_without_crime
    return {
        "street rows = crimes + duplicates + incidents without crime": Check(
            files.street_rows, files.duplicates + incidents
        ),
        "outcome rows = linked + repeated + orphaned": Check(
            files.outcome_rows, files.linked + files.repeated + files.orphaned
        ),
        "landed crimes = crimes": Check(files.crimes, found.landed["crimes"]),
        "landed incidents = crimes + incidents without crime": Check(
            incidents, found.landed["incidents"]
        ),
        "landed outcomes = outcome rows": Check(files.outcome_rows, found.landed["outcomes"]),
    }


def _facts(files: Tally, found: Found) -> dict[str, Check]:
    incidents = files.crimes + files.incidents_without_crime
    return {
        "crimes recorded = crimes": Check(files.crimes, found.facts("crimed")),
        "incidents created = incidents": Check(incidents, found.facts("incident_created")),
        "incidents graded = incidents": Check(incidents, found.facts("grade")),
        "outcome changes = linked outcomes without corrections": Check(
            files.linked - files.corrections, found.facts("outcome", "change")
        ),
        "outcome corrections = linked outcomes dated back": Check(
            files.corrections, found.facts("outcome", "correction")
        ),
        "quarantined outcomes = orphaned outcomes": Check(
            files.orphaned, found.quarantined.get("crime_not_arrived", 0)
        ),
        "outcomes that waited for their crime = outcomes before it": Check(
            files.before_their_crime, found.waited_for_their_crime
        ),
        "baseline facts after the baseline = none": Check(0, found.late_baseline),
    }


def _messages(found: Found) -> dict[str, Check]:
    sent = found.decided("send")
    decided = sent + found.decided("suppress") + found.decided("hold")
    messages = sum(found.messages.values())
    return {
        "facts x enabled steps = sends + suppressed + held": Check(found.triggered, decided),
        "decisions = decisions with a reason that is explained": Check(decided, found.explained),
        "send decisions = outbox rows": Check(sent, messages),
        "handed over = rows at the provider": Check(
            found.provider.handed_over, found.provider.rows
        ),
        "lost at the provider = none": Check(0, found.provider.lost),
        "doubled at the provider = none": Check(0, found.provider.doubled),
        "messages under way at the end = none": Check(
            0, sum(found.messages.get(state, 0) for state in UNDER_WAY)
        ),
    }
