"""The summary in a terminal: whole names and whole numbers on a screen of 80 columns."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from reports.terminal import print_summary

LONGEST_NAME = "cambridgeshire"
FORCE: dict[str, Any] = {
    "landed": 112345,
    "changes": {"baseline": 54000, "change": 2100},
    "decisions": {"send": {"due": 12307}, "hold": {"under_18": 1735}, "suppress": {"late": 16691}},
    "messages": {"delivered": 11106},
    "latency": {"changes": 7, "median_s": 1.25, "p95_s": 12.53},
}
TOTALS = {
    "landed": 1234567, "changes": 442012, "sent": 107123, "held": 12311, "suppressed": 121212,
    "delivered": 106333, "lost": 1, "doubled": 2,
}  # fmt: skip


@pytest.fixture
def lines() -> list[str]:
    screen = StringIO()
    summary = {"forces": {LONGEST_NAME: FORCE}, "totals": TOTALS}
    print_summary(Console(width=80, file=screen), summary)
    return [line.rstrip() for line in screen.getvalue().splitlines()]


def _cells(lines: list[str], first: str) -> list[str]:
    [line] = [line for line in lines if line.split()[:1] == [first]]
    return line.split()


def test_a_force_and_the_totals_are_a_line_each_with_nothing_cut_off(lines: list[str]) -> None:
    numbers = ["112,345", "56,100", "12,307", "1,735", "16,691", "11,106", "1.2/12.5s"]
    assert _cells(lines, LONGEST_NAME) == [LONGEST_NAME, *numbers]
    totals = ["1,234,567", "442,012", "107,123", "12,311", "121,212", "106,333"]
    assert _cells(lines, "all") == ["all", *totals]
    assert not any("…" in line for line in lines)


def test_reasons_are_words_under_the_same_headings_as_the_numbers(lines: list[str]) -> None:
    assert _cells(lines, "held") == ["held", "under", "18", "1,735"]
    assert ["not", "sent", "late", "16,691"] in [line.split() for line in lines]


def test_what_was_lost_or_doubled_ends_the_summary(lines: list[str]) -> None:
    assert lines[-1] == "Counted at the provider: 1 lost, 2 doubled."
