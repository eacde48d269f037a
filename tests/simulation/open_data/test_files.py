"""Files are read as they are or refused with one line that says which file, line and column."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from simulation.open_data import OpenDataError, read_open_data
from tests.simulation.open_data.files import (
    ANTI_SOCIAL,
    DECEMBER,
    FORCE,
    JANUARY,
    NOVEMBER,
    UNSOLVED,
    Ended,
    Street,
    crime_id,
    november,
    outcomes_text,
    street_text,
    three_months_otherwise,
    write,
    write_three_months,
)

ONE, TWO = crime_id("one"), crime_id("two")
GOOD = street_text(JANUARY, [Street(ONE), Street(TWO)])


def refusal(folder: Path, force: str = FORCE) -> str:
    with pytest.raises(OpenDataError) as caught:
        read_open_data(folder, force)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_all_rows_of_plain_and_compressed_files_are_read(tmp_path: Path) -> None:
    data = read_open_data(write_three_months(tmp_path), FORCE)
    assert data.files == 5
    assert data.months == (NOVEMBER, DECEMBER, JANUARY)
    assert data.street.height == 163
    assert data.outcomes.height == 88
    in_months = dict(data.outcomes.group_by("file_month").len().iter_rows())
    assert in_months == {NOVEMBER: 41, DECEMBER: 10, JANUARY: 37}


def test_where_the_files_lie_does_not_matter(tmp_path: Path) -> None:
    here = read_open_data(write_three_months(tmp_path / "here"), FORCE)
    there = read_open_data(three_months_otherwise(tmp_path / "there"), FORCE)
    assert there.street.equals(here.street)
    assert there.outcomes.equals(here.outcomes)
    assert (there.months, there.missing, there.files) == (here.months, here.missing, here.files)


def test_values_lose_the_spaces_around_them_and_empty_ones_are_nothing(tmp_path: Path) -> None:
    rows = [Street(f"  {ONE} ", area=" Central Bedfordshire 008C"), Street(" ", ANTI_SOCIAL, "")]
    write(tmp_path, JANUARY, "street", street_text(JANUARY, rows))
    data = read_open_data(tmp_path, FORCE)
    assert data.street.rows() == [
        (JANUARY, ONE, "Central Bedfordshire", "Burglary"),
        (JANUARY, None, None, ANTI_SOCIAL),
    ]


def test_rows_keep_the_order_of_their_file(tmp_path: Path) -> None:
    data = read_open_data(write_three_months(tmp_path), FORCE)
    first = data.street.filter(pl.col("file_month") == NOVEMBER)["crime_id"].head(60)
    assert first.to_list() == [november(number) for number in range(60)]


def test_months_without_a_file_are_named(tmp_path: Path) -> None:
    write(tmp_path, "2023-10", "street", street_text("2023-10", [Street(ONE)]))
    write_three_months(tmp_path)
    (tmp_path / DECEMBER / f"{DECEMBER}-{FORCE}-outcomes.csv").unlink()
    data = read_open_data(tmp_path, FORCE)
    assert data.months == ("2023-10", NOVEMBER, DECEMBER, JANUARY)
    assert data.missing == ("2023-10-outcomes", "2023-12-street", "2023-12-outcomes")


def test_only_the_first_months_are_read_if_no_more_are_wanted(tmp_path: Path) -> None:
    data = read_open_data(write_three_months(tmp_path), FORCE, months=1)
    assert (data.months, data.files, data.missing) == ((NOVEMBER,), 2, ())
    assert set(data.outcomes["file_month"]) == {NOVEMBER}


def test_a_force_may_have_no_outcomes_at_all(tmp_path: Path) -> None:
    write(tmp_path, JANUARY, "street", GOOD)
    data = read_open_data(tmp_path, FORCE)
    assert data.outcomes.height == 0
    assert data.outcomes.columns == ["file_month", "crime_id", "month", "outcome"]


def test_files_of_other_forces_and_other_names_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path, JANUARY, "street", GOOD)
    write(tmp_path, JANUARY, "street", "no table", force="kent")
    write(tmp_path, JANUARY, "stop-and-search", "no table")
    # There is no thirteenth month.
    write(tmp_path, "2024-13", "street", GOOD)
    assert read_open_data(tmp_path, FORCE).street.height == 2


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    message = refusal(tmp_path / "nowhere")
    assert message == f"{tmp_path / 'nowhere'} is not a folder; name the one with the CSV files"


def test_an_empty_folder_is_refused_with_where_to_get_files(tmp_path: Path) -> None:
    message = refusal(tmp_path)
    assert f"like 2024-01-{FORCE}-street.csv or .csv.gz" in message
    assert "download them from data.police.uk" in message


def test_a_folder_of_another_force_is_refused_with_the_forces_it_has(tmp_path: Path) -> None:
    write(tmp_path, JANUARY, "street", GOOD, force="kent")
    write(tmp_path, JANUARY, "street", GOOD, force="essex")
    assert f"has files of essex, kent but none of {FORCE}" in refusal(tmp_path)


def test_outcomes_without_any_street_file_are_refused(tmp_path: Path) -> None:
    write(tmp_path, JANUARY, "outcomes", outcomes_text([Ended(ONE, JANUARY, UNSOLVED)]))
    assert refusal(tmp_path).endswith(f"holds outcomes of {FORCE} but no street file")


def test_a_file_that_is_there_twice_is_refused_with_both_places(tmp_path: Path) -> None:
    plain = write(tmp_path, JANUARY, "street", GOOD)
    compressed = write(tmp_path, JANUARY, "street", GOOD, gz=True)
    message = refusal(tmp_path)
    assert message.startswith(f"{compressed.name} is there twice")
    assert f"{plain} and {compressed}" in message


@pytest.mark.parametrize("column", ["Crime ID", "Month", "LSOA name", "Crime type"])
def test_a_missing_column_is_named_beside_those_that_are_there(tmp_path: Path, column: str) -> None:
    path = write(tmp_path, JANUARY, "street", GOOD.replace(column, "Other", 1))
    message = refusal(tmp_path)
    assert message.startswith(f"{path.name} has no column {column!r}; its columns are: ")
    assert "Other" in message


@pytest.mark.parametrize(
    ("column", "row", "complaint"),
    [
        ("Crime type", Street(ONE, "Piracy"), "'Piracy' is unknown"),
        ("Crime type", Street(ONE, ""), "None is unknown"),
        ("Crime ID", Street("", "Burglary"), "None is empty for a crime"),
    ],
)
def test_a_bad_street_row_is_named_by_file_line_and_column(
    tmp_path: Path, column: str, row: Street, complaint: str
) -> None:
    text = street_text(JANUARY, [Street(TWO), row])
    path = write(tmp_path, JANUARY, "street", text)
    expected = f"{path.name}, line 3, column {column!r}: {complaint} (1 such row)"
    assert refusal(tmp_path) == expected


@pytest.mark.parametrize(
    ("column", "row", "complaint"),
    [
        ("Outcome type", Ended(ONE, JANUARY, "Sent to sea"), "'Sent to sea' is unknown"),
        ("Outcome type", Ended(ONE, JANUARY, ""), "None is unknown"),
        ("Month", Ended(ONE, "2024-02", UNSOLVED), "'2024-02' is later than the month of the file"),
        ("Month", Ended(ONE, "2024-00", UNSOLVED), "'2024-00' is not a month like 2024-01"),
        ("Month", Ended(ONE, "", UNSOLVED), "None is not a month like 2024-01"),
    ],
)
def test_a_bad_outcome_row_is_named_by_file_line_and_column(
    tmp_path: Path, column: str, row: Ended, complaint: str
) -> None:
    write(tmp_path, JANUARY, "street", GOOD)
    text = outcomes_text([Ended(ONE, JANUARY, UNSOLVED), row, row])
    path = write(tmp_path, JANUARY, "outcomes", text, gz=True)
    expected = f"{path.name}, line 3, column {column!r}: {complaint} (2 such rows)"
    assert refusal(tmp_path) == expected


def test_a_street_row_of_another_month_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, JANUARY, "street", street_text(DECEMBER, [Street(ONE)]))
    message = refusal(tmp_path)
    assert message.startswith(f"{path.name}, line 2, column 'Month': '{DECEMBER}' is not the month")


@pytest.mark.parametrize("content", [b"", b"Crime ID\n\xff\xfe\xff\n", b"a,b\n1,2,3\n"])
def test_a_file_that_is_no_csv_is_refused(tmp_path: Path, content: bytes) -> None:
    path = write(tmp_path, JANUARY, "street", GOOD)
    path.write_bytes(content)
    assert refusal(tmp_path).startswith(f"{path.name} cannot be read as CSV (")


def test_half_a_download_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, JANUARY, "street", GOOD, gz=True)
    path.write_bytes(path.read_bytes()[:-30])
    message = refusal(tmp_path)
    assert message.startswith(f"{path.name} cannot be read as CSV (")
    assert message.endswith("download it again")
