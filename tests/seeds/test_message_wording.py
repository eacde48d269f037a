"""What people read: safe on a lock screen, short enough, in the force's own words and links.

Whether a step uses the right template is tested with the journey tables.
"""

from __future__ import annotations

import re
import uuid
from urllib.parse import urlsplit

import pytest

from tests.seeds import gsm7
from tests.seeds.journey_files import (
    FORCES,
    LONG_VALUES,
    channels,
    filled,
    in_english,
    placeholders,
    read,
)

# A lock screen shows the first words of a text to anyone who holds the phone.
GIVES_AWAY = re.compile(r"crime_type|outcome_text|victim|burglar|robber|assault|rape|abuse", re.I)

each_force = pytest.mark.parametrize("force", FORCES)


@each_force
def test_templates_use_known_placeholders_and_have_ids_of_their_own(force: str) -> None:
    rows = read(force, "templates")
    for row in rows:
        text = row["subject"] + row["body"]
        assert placeholders(text) <= LONG_VALUES.keys()
        assert text.count("((") == text.count("))") == len(re.findall(r"\(\(\w+\)\)", text))
        assert bool(row["subject"]) == (row["channel"] == "email")
        name = f"kept/{force}/{row['template']}/{row['language']}/{row['channel']}"
        assert row["notify_template_id"] == str(uuid.uuid5(uuid.NAMESPACE_URL, name))
    assert len({row["notify_template_id"] for row in rows}) == len(rows)


@each_force
def test_one_template_has_one_title_so_that_reports_can_count_by_it(force: str) -> None:
    titles = {(row["template"], row["title"]) for row in read(force, "templates")}
    assert len({template for template, _ in titles}) == len(titles)


@each_force
def test_every_template_belongs_to_a_step(force: str) -> None:
    used = {(s["template"], channel) for s in read(force, "steps") for channel in channels(s)}
    assert {(row["template"], row["channel"]) for row in read(force, "templates")} <= used


@each_force
def test_a_text_message_fits_the_alphabet_and_few_fragments(force: str) -> None:
    name = read(force, "branding")[0]["display_name"]
    for row in read(force, "templates"):
        if row["channel"] == "sms":
            message = f"{name}: {filled(row['body'])}"
            assert not gsm7.outside(message), row["template"]
            assert gsm7.fragments(message) <= 2, row["template"]


@each_force
def test_a_text_message_gives_nothing_away_on_a_lock_screen(force: str) -> None:
    texts = [row for row in read(force, "templates") if row["channel"] == "sms"]
    assert not [row["template"] for row in texts if GIVES_AWAY.search(row["body"])]
    assert not [row["template"] for row in texts if "http" in row["body"]]


@each_force
def test_the_first_message_of_a_journey_and_every_email_say_how_to_stop(force: str) -> None:
    first_steps = {"grade", "crimed"}
    steps = [s for s in read(force, "steps") if s["trigger_attribute"] in first_steps]
    first = {s["template"] for s in steps if s["channel"] == "sms"}
    for row in read(force, "templates"):
        if row["channel"] == "email":
            assert "((opt_out_url))" in row["body"], row["template"]
        elif row["template"] in first:
            assert "STOP" in row["body"], row["template"]


@each_force
def test_a_message_about_an_incident_never_asks_for_a_crime_number(force: str) -> None:
    before_crime = {"grade", "expected_arrival", "incident_created", "arrived"}
    steps = [s for s in read(force, "steps") if s["trigger_attribute"] in before_crime]
    english = in_english(force)
    for step in steps:
        for channel in channels(step):
            row = english[step["template"], channel]
            used = placeholders(row["subject"] + row["body"])
            assert not used & {"crime_ref", "crime_type", "officer_name", "outcome_text"}


@each_force
def test_links_lead_to_the_force_itself_or_to_victim_support(force: str) -> None:
    (row,) = read(force, "branding")
    assert row["phone_line"] == "101"
    assert row["victim_support_url"] == "https://www.victimsupport.org.uk"
    website = urlsplit(row["website_url"])
    assert website.scheme == "https"
    assert (website.hostname or "").endswith(".police.uk")
    assert urlsplit(row["opt_out_url"]).hostname == website.hostname
    assert not [t for t in read(force, "templates") if "http" in t["subject"] + t["body"]]


def test_no_two_forces_use_the_same_wording() -> None:
    bodies = [row["body"] for force in FORCES for row in read(force, "templates")]
    assert len(set(bodies)) == len(bodies)
