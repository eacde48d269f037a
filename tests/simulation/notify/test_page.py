"""The page that shows people what would have been received."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from simulation.notify.process import RunningStandin
from simulation.notify.registry import Service
from tests.chromium import breaks_no_accessibility_rule, needs_chromium, opened_browser
from tests.simulation.notify.conftest import Clients, read_page
from tests.simulation.notify.fixtures import LETTER, eventually, send_text


@pytest.fixture
def some_messages(
    kent: Any, standin: RunningStandin, services: dict[str, Service], clients: Clients
) -> RunningStandin:
    """Texts and an email of two forces, a failure and a reply."""
    standin.post("outcomes", {"recipient": "07700900400", "status": "permanent-failure"})
    send_text(kent, "First news")
    send_text(kent, "Second news", phone_number="+447700900123")
    send_text(kent, "Nobody there", phone_number="07700900400")
    values = {"name": "<b>Zoë</b>", "crime_ref": "46/1/26", "is_victim": "yes"}
    kent.send_email_notification("zoe@example.org", LETTER.id, values)
    send_text(clients(standin, services["suffolk"]), "Wiadomość", phone_number="07700900321")
    form: dict[str, object] = {"service": "kent", "phone_number": "07700900123"}
    standin.post("inbound-text", {**form, "content": "STOP"})
    final = {"delivered": 3, "permanent-failure": 1}
    eventually(lambda: standin.counts("kent")["forces"]["kent"]["by_status"] == final)
    return standin


def test_messages_are_grouped_by_person_with_the_newest_first(
    some_messages: RunningStandin,
) -> None:
    page = read_page(some_messages)
    assert page.count("<section") == 4
    assert page.count("Text messages with 07700 900123") == 1
    stop, second, first = (page.index(text) for text in ("STOP", "Second news", "First news"))
    assert stop < second < first
    assert "Not delivered: no such recipient" in page


def test_names_are_shown_as_text_and_never_as_markup(some_messages: RunningStandin) -> None:
    page = read_page(some_messages)
    assert "<b>Zoë" not in page
    assert "&lt;b&gt;Zoë" in page


def test_an_empty_page_says_so(standin: RunningStandin) -> None:
    assert "No messages fit this choice yet." in read_page(standin)


def test_older_messages_are_a_link_away(kent: Any, standin: RunningStandin) -> None:
    for number in range(101):
        send_text(kent, f"Message {number:03d}")
    page = read_page(standin)
    assert "Message 000" not in page
    link = page.partition('aria-label="Pages"><a href="/')[2].partition('"')[0]
    assert "Message 000" in read_page(standin, link.replace("&amp;", "&"))


@pytest.fixture
def browser_page() -> Iterator[Page]:
    """A page in a real browser."""
    with opened_browser() as page:
        yield page


@needs_chromium
def test_the_page_works_in_a_browser_and_breaks_no_accessibility_rule(
    some_messages: RunningStandin, browser_page: Page
) -> None:
    asked: list[str] = []
    browser_page.on("request", lambda request: asked.append(request.url))
    browser_page.goto(some_messages.url)
    assert browser_page.locator("section").count() == 4
    breaks_no_accessibility_rule(browser_page)
    browser_page.set_viewport_size({"width": 320, "height": 600})
    assert browser_page.evaluate("document.documentElement.scrollWidth") <= 320
    browser_page.keyboard.press("Tab")
    assert browser_page.evaluate("document.activeElement.textContent") == "Skip to the messages"
    assert all(url.startswith(some_messages.url) for url in asked)


@needs_chromium
def test_choosing_force_channel_and_status_narrows_the_page(
    some_messages: RunningStandin, browser_page: Page
) -> None:
    browser_page.goto(some_messages.url)
    browser_page.get_by_label("Force").select_option("kent")
    browser_page.get_by_label("Channel").select_option("sms")
    browser_page.get_by_label("Status").select_option("permanent-failure")
    browser_page.get_by_role("button", name="Show").click()
    assert browser_page.locator("h2").all_inner_texts() == ["Text messages with 07700 900400"]
    assert browser_page.get_by_label("Force").input_value() == "kent"
    browser_page.get_by_label("Reload by itself").select_option("60")
    browser_page.get_by_role("button", name="Show").click()
    assert browser_page.locator('meta[http-equiv="refresh"]').count() == 1
