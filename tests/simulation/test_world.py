"""The generated world: the same by seed, calibrated, and as awkward as the real one.

How it is stored is tested in `test_warehouses`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from statistics import median

import pytest

from simulation.world.arrivals import openings
from simulation.world.calibration import FORCES, calibration_for
from simulation.world.cases import Case, case_from_json, case_to_json
from simulation.world.entities import Crime, Entity
from simulation.world.lifecycle import EFFECTS, advance, play_until
from simulation.world.opening import World, open_case

NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)
FOREVER = datetime(2099, 1, 1, tzinfo=UTC)


@cache
def ended_cases(force: str, count: int = 3000) -> tuple[Case, ...]:
    world = World(force, 3, 0.05)
    opened = (open_case(world, serial, NOW) for serial in range(1, count + 1))
    return tuple(play_until(case, FOREVER, lambda *_: None) for case in opened)


def records(case: Case) -> Iterator[Entity]:
    while case.next_step is not None:
        case, changed = advance(case, NOW)
        yield from changed


def test_the_same_seed_opens_the_same_case_and_another_seed_a_different_one() -> None:
    one, same = (open_case(World("kent", 5, 0.1), 42, NOW) for _ in range(2))
    other = open_case(World("kent", 6, 0.1), 42, NOW)
    assert one == same
    assert one != other
    assert list(records(one)) == list(records(same))


def test_the_same_seed_gives_the_same_moments_of_opening() -> None:
    world = World("essex", 1, 0.05)
    period = (NOW - timedelta(days=3), NOW)
    assert list(openings(world, *period)) == list(openings(world, *period))


def test_a_case_survives_being_stored_as_text_at_every_step() -> None:
    case = open_case(World("suffolk", 1, 0.1), 11, NOW, is_showcase=True)
    while case.next_step is not None:
        assert case_from_json(case_to_json(case)) == case
        case, _ = advance(case, NOW)


@pytest.mark.parametrize("force", FORCES)
def test_a_year_holds_the_force_s_own_number_of_crimes_within_a_tenth(force: str) -> None:
    world = World(force, 1, 0.02)
    serials = enumerate(openings(world, NOW - timedelta(days=365), NOW), start=1)
    crimes = sum(len(open_case(world, serial, at).offences) for serial, at in serials)
    assert crimes == pytest.approx(world.calibration.crimes_per_year * world.scale, rel=0.1)


@pytest.mark.parametrize("force", ["bedfordshire", "hertfordshire", "kent"])
def test_crime_types_come_in_the_calibrated_shares(force: str) -> None:
    counts = Counter(o.crime_type for case in ended_cases(force) for o in case.offences)
    total = sum(counts.values())
    for crime_type, count in counts.most_common(6):
        expected = calibration_for(force).crime_types.share(crime_type)
        assert count / total == pytest.approx(expected, abs=0.035), crime_type


def test_first_outcomes_and_their_lags_are_as_calibrated() -> None:
    firsts: Counter[str] = Counter()
    lags = []
    for case in ended_cases("bedfordshire"):
        for crime in case.crimes:
            first = next((row for row in case.outcomes if row.crime == crime.key), None)
            if first is not None and first.line == 1:
                firsts[first.outcome] += 1
                lags.append((first.outcome_at - crime.crimed_at) / timedelta(days=1))
    total = sum(firsts.values())
    assert firsts["18"] / total == pytest.approx(0.43, abs=0.06)
    assert (firsts["1"] + firsts["1a"]) / total == pytest.approx(0.06, abs=0.025)
    assert 8 < median(lags) < 25
    assert sum(lag > 60 for lag in lags) / total == pytest.approx(0.12, abs=0.06)


def test_some_crimes_never_get_an_outcome_and_some_get_identical_rows() -> None:
    outcomes = [
        Counter((row.crime, row.outcome, row.outcome_at) for row in case.outcomes)
        for case in ended_cases("kent")
    ]
    assert any(count > 1 for rows in outcomes for count in rows.values())
    assert any(case.crimes and not case.outcomes for case in ended_cases("kent"))


def test_incidents_without_a_crime_and_crimes_without_an_incident_both_occur() -> None:
    cases = ended_cases("norfolk")
    assert any(case.incident and not case.crimes for case in cases)
    assert any(case.crimes and not case.incident for case in cases)
    assert any(len(case.crimes) == 2 for case in cases)


def test_every_record_of_a_case_refers_only_to_records_that_came_before_it() -> None:
    for serial in range(1, 300):
        seen: set[tuple[str, int]] = set()
        case = open_case(World("kent", 2, 0.05), serial, NOW, is_showcase=True)
        own = {person.key for person in case.people if person.key // 10 == serial}
        for record in records(case):
            for kind, attribute in (("Incident", "incident"), ("Crime", "crime")):
                key = getattr(record, attribute, None)
                assert key is None or (kind, key) in seen
            person = getattr(record, "person", None)
            assert person not in own or ("Person", person) in seen
            seen.add((type(record).__name__, record.key))


def test_people_have_the_names_numbers_and_languages_of_real_ones() -> None:
    people = [person for case in ended_cases("cambridgeshire") for person in case.people]
    names = {name for person in people for name in (person.given_name, person.family_name)}
    assert {"O’Brien", "Zoë", "Łukasz", "Siân"} <= names
    assert len({person.language for person in people}) > 6
    assert all(
        person.email is None or person.email.endswith(("@example.com", "@example.org"))
        for person in people
    )


def test_the_great_majority_of_mobiles_are_drama_numbers_and_a_few_are_no_mobiles_at_all() -> None:
    typed = [p.mobile for case in ended_cases("kent") for p in case.people if p.mobile]
    digits = ["".join(c for c in mobile if c.isdigit()) for mobile in typed]
    drama = sum("7700900" in number and len(number) in {11, 12, 13, 14} for number in digits)
    assert drama / len(typed) > 0.96
    assert drama < len(typed)


def test_a_suspect_shares_a_victim_s_number_only_where_it_was_meant() -> None:
    shared = [
        part.relationship
        for case in ended_cases("kent")
        for part in case.parts
        if part.role == "suspect"
        and case.people[0].mobile is not None
        and case.people[part.person].mobile == case.people[0].mobile
    ]
    assert shared
    assert sum(r in {"partner", "ex_partner", "family"} for r in shared) > len(shared) / 2


def test_a_minor_who_is_a_victim_has_a_guardian() -> None:
    cases = [case for case in ended_cases("kent") if case.parts[0].role == "victim"]
    minors = [
        case
        for case in cases
        if (born := case.people[0].date_of_birth) and NOW.date() - born < timedelta(days=6500)
    ]
    assert minors
    assert all(any(part.role == "guardian" for part in case.parts) for case in minors)


def test_markers_and_domestic_abuse_occur_but_are_rare() -> None:
    cases = ended_cases("kent")
    victims = [case.people[0] for case in cases]
    for marker in ("is_deceased", "is_safe_contact_only", "is_vulnerable", "has_opted_out"):
        assert 0 < sum(getattr(person, marker) for person in victims) < len(victims) * 0.15
    flagged = [o.is_domestic_abuse for case in cases for o in case.offences]
    assert 0.05 < sum(flagged) / len(flagged) < 0.35


def test_showcase_cases_mostly_have_an_adult_victim_who_can_be_reached_and_an_outcome() -> None:
    world = World("essex", 1, 0.02)
    cases = [open_case(world, serial, NOW, is_showcase=True) for serial in range(1, 400)]
    good = [
        case
        for case in cases
        if case.parts[0].role == "victim"
        and case.people[0].mobile
        and case.people[0].email
        and any(step.kind == "outcome" for step in case.script)
    ]
    assert len(good) > len(cases) * 0.6


def test_every_kind_of_step_is_written_into_some_script() -> None:
    world = World("essex", 1, 0.02)
    written = {
        step.kind
        for serial in range(1, 1500)
        for step in open_case(world, serial, NOW, is_showcase=True).script
    }
    assert written == set(EFFECTS)


def test_a_reopened_crime_is_investigated_again_and_later_closed_again() -> None:
    world = World("essex", 1, 0.02)
    states: list[str] = []
    for serial in range(1, 400):
        case = open_case(world, serial, NOW, is_showcase=True)
        if any(step.kind == "reopened" for step in case.script):
            states = [r.status for r in records(case) if isinstance(r, Crime)]
            break
    concluded = {"closed", "charged"}
    first = next(i for i, status in enumerate(states) if status in concluded)
    assert "under_investigation" in states[first:]
    assert states[-1] in concluded
