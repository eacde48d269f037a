"""The files are told in order, the same every time, and with people that the files do not name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from simulation.open_data import OpenData, Slice, Story, read_open_data
from simulation.open_data.calendar import RecordingMonth
from simulation.warehouses.changes import Change
from simulation.world.entities import Crime, Incident, Involvement, Outcome, Person
from tests.simulation.open_data.files import (
    CHARGED,
    DECEMBER,
    FORCE,
    JANUARY,
    NOVEMBER,
    UNSOLVED,
    three_months_otherwise,
    write_three_months,
)

DAYS_BETWEEN = 4
LONDON = ZoneInfo("Europe/London")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> OpenData:
    return read_open_data(write_three_months(tmp_path_factory.mktemp("files")), FORCE)


@pytest.fixture(scope="module")
def slices(data: OpenData) -> list[Slice]:
    return tell(data)


def tell(data: OpenData) -> list[Slice]:
    return list(Story(data, days_between=DAYS_BETWEEN).slices())


def changes(slices: Sequence[Slice]) -> list[Change]:
    return [change for piece in slices for change in piece.changes]


def age(birthday: date, on: date) -> int:
    return on.year - birthday.year - ((on.month, on.day) < (birthday.month, birthday.day))


def entered(change: Change) -> datetime:
    assert change.recorded_at is not None
    return change.recorded_at


def outcomes(slices: Sequence[Slice]) -> list[Outcome]:
    found = [change.entity for change in changes(slices)]
    return [entity for entity in found if isinstance(entity, Outcome)]


def cases(piece: Slice) -> list[Change]:
    return [change for change in piece.changes if not isinstance(change.entity, Outcome)]


def of_one_type(crime_type: str, number: int) -> OpenData:
    rows = [(JANUARY, f"crime {n}", "Luton", crime_type) for n in range(number)]
    names = ["file_month", "crime_id", "area", "crime_type"]
    none = dict.fromkeys(("file_month", "crime_id", "month", "outcome"), pl.String)
    return OpenData(
        force=FORCE,
        files=1,
        months=(JANUARY,),
        missing=(),
        street=pl.DataFrame(rows, schema=names, orient="row"),
        outcomes=pl.DataFrame(schema=none),
    )


def test_two_tellings_are_equal(data: OpenData, slices: list[Slice]) -> None:
    assert tell(data) == slices


def test_where_the_files_lie_does_not_change_the_story(slices: list[Slice], tmp_path: Path) -> None:
    assert tell(read_open_data(three_months_otherwise(tmp_path), FORCE)) == slices


def test_the_cases_of_a_month_are_the_same_whether_or_not_others_follow(
    slices: list[Slice], tmp_path: Path
) -> None:
    alone = tell(read_open_data(write_three_months(tmp_path), FORCE, months=1))
    assert len(alone) == 8
    for piece, other in zip(alone, slices[:8], strict=True):
        assert cases(piece) == cases(other)


def test_each_reading_follows_a_recording_day_at_ten_in_london(slices: list[Slice]) -> None:
    for month, days in ((NOVEMBER, 30), (DECEMBER, 31), (JANUARY, 31)):
        local = [piece.read_at.astimezone(LONDON) for piece in slices if piece.month == month]
        assert {(at.hour, at.minute) for at in local} == {(10, 0)}
        assert [at.day for at in local] == [day + 1 for day in range(1, days + 1, DAYS_BETWEEN)]


@pytest.mark.parametrize("month", ["2024-02", "2024-03", "2024-07", "2024-10"])
def test_every_place_in_a_month_is_read_at_ten_the_next_morning_in_winter_and_summer(
    month: str,
) -> None:
    days = RecordingMonth.of(month, days_between=1)
    readings = days.readings()
    for day, read_at in enumerate(readings):
        morning = read_at.astimezone(LONDON)
        assert (morning.hour, morning.minute) == (10, 0)
        # The last moment of a day is before midnight, so that it is still in its month.
        for place in ((day + 0.0001) / len(readings), (day + 0.9999) / len(readings)):
            at = days.moment(place)
            assert at.astimezone(LONDON).date() == morning.date() - timedelta(days=1)
            assert days.place(at) == pytest.approx(place, abs=1e-5)


def test_changes_are_entered_in_order_before_their_reading_and_after_the_last(
    data: OpenData, slices: list[Slice]
) -> None:
    last = Story(data, days_between=DAYS_BETWEEN).begins_at
    for piece in slices:
        times = [entered(change) for change in piece.changes]
        assert times == sorted(times)
        assert all(last < at < piece.read_at for at in times)
        assert {at.astimezone(LONDON).strftime("%Y-%m") for at in times} <= {piece.month}
        last = piece.read_at


def test_nothing_is_known_before_it_happened(slices: list[Slice]) -> None:
    for change in changes(slices):
        match change.entity:
            case Incident(created_at=at) | Crime(crimed_at=at) | Outcome(outcome_at=at):
                assert at <= entered(change)


def test_every_street_row_becomes_an_incident_and_a_crime_if_it_has_a_number(
    slices: list[Slice],
) -> None:
    entities = [change.entity for change in changes(slices)]
    assert len({entity.key for entity in entities if isinstance(entity, Incident)}) == 160
    crimes = [entity for entity in entities if isinstance(entity, Crime)]
    assert len({crime.key for crime in crimes}) == 120
    assert len({crime.incident for crime in crimes}) == 120


def test_an_area_is_the_district_or_said_to_be_missing(slices: list[Slice]) -> None:
    entities = [change.entity for change in changes(slices)]
    areas = {entity.area for entity in entities if isinstance(entity, Incident)}
    assert areas == {"Luton", "Bedford", "Not stated"}


def test_identical_rows_remain_rows(slices: list[Slice]) -> None:
    told = outcomes(slices)
    assert len(told) == 88
    assert len({outcome.key for outcome in told}) == 88
    # The one crime that is resolved three times over in the files.
    threefold = [
        outcome
        for outcome in told
        if sum(other.crime == outcome.crime for other in told) == 3 and outcome.outcome == "8"
    ]
    assert len(threefold) == 3
    assert len({outcome.outcome_at for outcome in threefold}) == 3


def test_an_outcome_follows_its_crime_unless_the_files_have_it_earlier(
    slices: list[Slice],
) -> None:
    recorded: dict[int, Crime] = {}
    for change in changes(slices):
        if isinstance(change.entity, Crime):
            recorded.setdefault(change.entity.key, change.entity)
    seen: set[int] = set()
    entered_before = dated_before = 0
    for change in changes(slices):
        entity = change.entity
        if isinstance(entity, Crime):
            seen.add(entity.key)
        elif isinstance(entity, Outcome) and entity.crime in recorded:
            entered_before += entity.crime not in seen
            dated_before += entity.outcome_at <= recorded[entity.crime].crimed_at
    assert entered_before == 4
    # One more is entered after its crime, but dated to the month before.
    assert dated_before == 5


def test_an_outcome_that_is_dated_back_lies_in_the_month_it_names(slices: list[Slice]) -> None:
    back = []
    for piece in slices:
        for change in piece.changes:
            if isinstance(change.entity, Outcome):
                month = change.entity.outcome_at.astimezone(LONDON).strftime("%Y-%m")
                if month != piece.month:
                    back.append((month, piece.month))
    assert sorted(back) == [
        (NOVEMBER, DECEMBER),
        *[(NOVEMBER, JANUARY)] * 3,
        (DECEMBER, JANUARY),
    ]


def test_a_late_row_of_the_same_month_comes_after_the_first(data: OpenData) -> None:
    crimes = [f"crime {number}" for number in range(40)]
    street = [(NOVEMBER, crime, "Luton", "Burglary") for crime in crimes]
    rows = [
        *((NOVEMBER, crime, NOVEMBER, UNSOLVED) for crime in crimes),
        *((DECEMBER, crime, NOVEMBER, CHARGED) for crime in crimes),
    ]
    small = replace(
        data,
        months=(NOVEMBER, DECEMBER),
        street=pl.DataFrame(street, schema=data.street.columns, orient="row"),
        outcomes=pl.DataFrame(rows, schema=data.outcomes.columns, orient="row"),
    )
    told: dict[int, list[datetime]] = {}
    for outcome in outcomes(tell(small)):
        told.setdefault(outcome.crime, []).append(outcome.outcome_at)
    assert len(told) == 40
    assert all(first < second for first, second in told.values())


def test_the_latest_outcome_says_how_a_crime_stands(slices: list[Slice]) -> None:
    code: dict[int, tuple[datetime, str]] = {}
    status: dict[int, str] = {}
    for change in changes(slices):
        if isinstance(change.entity, Crime):
            status[change.entity.key] = change.entity.status
        elif isinstance(change.entity, Outcome):
            told = (change.entity.outcome_at, change.entity.outcome)
            code[change.entity.crime] = max(told, code.get(change.entity.crime, told))
    # An outcome that came before its crime's row found nothing whose status it could have set.
    concluded = {key: code[key][1] for key in status if status[key] != "under_investigation"}
    assert len(concluded) == 67
    for key, outcome in concluded.items():
        assert (status[key] == "charged") == (outcome in {"1", "1a"})


def test_the_same_words_are_the_same_code_for_one_crime(slices: list[Slice]) -> None:
    # Each crime has at most two different outcomes in these files.
    codes: dict[int, set[str]] = {}
    for outcome in outcomes(slices):
        codes.setdefault(outcome.crime, set()).add(outcome.outcome)
    assert max(map(len, codes.values())) == 2


@pytest.mark.parametrize(
    ("crime_type", "fewest", "most"),
    [
        ("Theft from the person", 600, 600),
        ("Shoplifting", 6, 36),
        ("Drugs", 1, 15),
        ("Burglary", 450, 510),
    ],
)
def test_a_case_has_a_victim_in_the_share_of_its_type(
    crime_type: str, fewest: int, most: int
) -> None:
    told = [change.entity for change in changes(tell(of_one_type(crime_type, 600)))]
    parts = [entity for entity in told if isinstance(entity, Involvement)]
    victims = [part for part in parts if part.role == "victim"]
    assert fewest <= len(victims) <= most
    assert len({part.crime for part in victims}) == len(victims)
    assert {part.role for part in parts} <= {"victim", "guardian"}
    people = {entity.key for entity in told if isinstance(entity, Person)}
    assert people == {part.person for part in parts}


def test_a_child_has_a_guardian_and_nobody_else_has() -> None:
    told = [change.entity for change in changes(tell(of_one_type("Theft from the person", 600)))]
    born = {entity.key: entity.date_of_birth for entity in told if isinstance(entity, Person)}
    days = {entity.key: entity.created_at.date() for entity in told if isinstance(entity, Incident)}
    parts = [entity for entity in told if isinstance(entity, Involvement)]
    guarded = {part.crime for part in parts if part.role == "guardian"}
    # Six in a hundred.
    assert 18 <= len(guarded) <= 54
    for part in parts:
        birthday = born[part.person]
        if part.role == "victim" and birthday is not None:
            assert part.incident is not None
            assert (part.crime in guarded) == (age(birthday, days[part.incident]) < 18)
