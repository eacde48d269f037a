"""The table of requirements is whole and in our own short words."""

from __future__ import annotations

import io
import re
from collections import Counter

from rich.console import Console

from tests.print_requirements import render
from tests.requirement_table import SCOPES, Requirement, requirements, unknown


def test_all_240_requirements_are_listed_once() -> None:
    rows = requirements()
    lots = Counter(name.split("-")[0] for name in rows)
    assert lots == {"UJ": 19, "CP": 186, "CRM": 35}
    assert all(re.fullmatch(r"(UJ|CP|CRM)-\d+[a-c]?", name) for name in rows)


def test_every_requirement_has_a_scope_and_a_short_wording_of_its_own() -> None:
    rows = requirements().values()
    assert {row.scope for row in rows} == set(SCOPES)
    assert all(2 <= len(row.wording.split()) <= 12 for row in rows)
    assert len({row.wording for row in rows}) == len(rows)


def test_an_id_that_is_not_in_the_table_is_named() -> None:
    assert unknown(["UJ-4", "UJ-99", "UJ4"], requirements()) == ["UJ-99", "UJ4"]


def test_the_printed_tables_count_what_is_shown_and_what_is_not() -> None:
    rows = [
        Requirement("UJ-1", "build", "Runs [always]"),
        Requirement("UJ-2", "build", "Reads well"),
        Requirement("CP-8", "feed", "Hears of it"),
    ]
    out = io.StringIO()
    render(rows, {"UJ-1": ["a::b", "a::c"]}, console=Console(file=out, width=100))
    lines = [line.split() for line in out.getvalue().splitlines()]
    assert ["UJ-1", "2", "Runs", "[always]"] in lines
    assert ["UJ-2", "-", "Reads", "well"] in lines
    assert ["build", "1", "1", "2"] in lines
    assert ["all", "1", "2", "3"] in lines
