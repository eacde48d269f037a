"""The page that the demo leaves behind: readable by everyone, and nothing in it runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from reports.demo_page import render_demo_page
from tests.chromium import breaks_no_accessibility_rule, needs_chromium, opened_browser

SUMMARY: dict[str, Any] = {
    "forces": {
        "kent": {
            "landed": 12345,
            "changes": {"baseline": 40, "change": 2},
            "decisions": {"send": {"due": 7}, "suppress": {"opted_out": 3, "own_<rule>": 1}},
            "messages": {"delivered": 6},
            "latency": {"changes": 7, "median_s": 1.25, "p95_s": 2.5},
        },
        "norfolk": {"landed": 0, "changes": {}, "decisions": {}, "messages": {}, "latency": {}},
    },
    "totals": {
        "landed": 12345, "changes": 42, "decisions": 11, "sent": 7, "delivered": 6, "lost": 0,
        "doubled": 0,
    },
}  # fmt: skip
ROWS = [
    {
        "force": "kent",
        "template_title": "<script>alert(1)</script>",
        "channel": "sms",
        "type": "other_theft",
        "sent": 7,
        "delivered": 6,
        "not_delivered": 1,
    }
]
MEANINGS = {"opted_out": "They asked not to be written to."}


@pytest.fixture(scope="module")
def html() -> str:
    return render_demo_page(SUMMARY, ROWS, MEANINGS)


@pytest.fixture
def page(html: str, tmp_path: Path) -> Iterator[Page]:
    file = tmp_path / "demo.html"
    file.write_text(html, encoding="utf-8")
    with opened_browser() as page:
        page.goto(file.as_uri())
        yield page


def test_titles_and_reasons_are_shown_as_text_and_never_as_markup(html: str) -> None:
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert "own &lt;rule&gt;" in html


def test_the_page_needs_nothing_from_elsewhere(html: str) -> None:
    assert "http" not in html
    assert "src=" not in html
    assert "url(" not in html
    assert "<link" not in html


@needs_chromium
@pytest.mark.requirement("UJ-2")
def test_the_page_breaks_no_accessibility_rule(page: Page) -> None:
    breaks_no_accessibility_rule(page)


@needs_chromium
def test_a_narrow_screen_scrolls_tables_and_not_the_page(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 600})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for note in page.locator(".note").all():
        box = note.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 320, "a note must not have to be scrolled"


@needs_chromium
def test_the_numbers_of_a_force_stand_in_its_row(page: Page) -> None:
    (kent, norfolk) = page.locator("table").first.locator("tbody tr").all()
    assert kent.locator("th, td").all_inner_texts() == [
        *("Kent", "12,345", "42", "7", "0", "4", "6", "1.25 s", "2.5 s"),
    ]
    assert norfolk.locator("td").last.inner_text() == "none"
    assert page.get_by_text("They asked not to be written to.").count() == 1
