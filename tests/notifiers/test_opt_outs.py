"""STOP takes effect on what is queued, by number, once; anything unclear waits for a person."""

from __future__ import annotations

import pytest

from notifiers.contact_points import is_fictional, normalise_phone
from notifiers.stop_words import Handling, read_text
from tests.inbox.endpoint import running_inbox
from tests.notifiers.bench import Bench, wait_until

NUMBER = "+447700900123"


def text_stop(bench: Bench, content: str = "STOP", *, force: str = "kent") -> None:
    bench.standin.post(
        "inbound-text", {"service": force, "phone_number": NUMBER, "content": content}
    )


@pytest.mark.parametrize(
    "body",
    ["STOP", "stop", "stop.", "STOP.", "Stop pls", "ARRÊT", "arrêt!", "ARRE\u0302T", " Stop\n",
     "please stop", "STOP PLEASE", "“Stop”", "st\u200bop", "Stop all", "unsubscribe", "Opt-out"],
)  # fmt: skip
def test_an_unmistakable_stop_is_an_opt_out(body: str) -> None:
    """Bad input 54."""
    assert read_text(body) is Handling.OPT_OUT


@pytest.mark.parametrize(
    "body",
    ["Stop 2", "when will this stop?", "stop?", "please stop him", "he won't stop calling me",
     "STOPP IT NOW or else", "S T O P", "s.t.o.p", "stp", "don’t text me", "wrong number",
     "can i opt out of emails", "unsubscribe me from the newsletter", "leave me alone", "non-stop"],
)  # fmt: skip
def test_anything_like_a_stop_is_for_a_person(body: str) -> None:
    assert read_text(body) is Handling.PERSON


@pytest.mark.parametrize("body", ["", "thanks", "Is there any news?", "I am at the bus shelter"])
def test_other_texts_need_no_opt_out(body: str) -> None:
    assert read_text(body) is Handling.NONE


@pytest.mark.parametrize(
    "raw",
    ["447700900123", "+447700900123", "07700900123", "07700 900 123", "0044 7700 900123",
     "+44 (0)7700 900 123", "\u200b07700900123\t", "٠٧٧٠٠٩٠٠١٢٣"],
)  # fmt: skip
def test_every_spelling_of_a_number_is_one_contact_point(raw: str) -> None:
    """Bad inputs 1, 2, 3 and 13."""
    assert normalise_phone(raw) == NUMBER


@pytest.mark.parametrize("raw", ["", "STOP", "none", "+"])
def test_what_is_no_number_has_no_contact_point(raw: str) -> None:
    assert normalise_phone(raw) is None


def test_only_reserved_numbers_and_domains_count_as_fictional() -> None:
    """Bad input 10."""
    assert all(map(is_fictional, [NUMBER, "a@example.org", "b@mail.example.com", "c@x.test"]))
    assert not any(map(is_fictional, ["+447911123456", "a@example.police.uk", "b@test.org.uk"]))


@pytest.mark.requirement("UJ-6")
def test_a_stop_suppresses_what_is_queued_for_that_number_and_nothing_else(bench: Bench) -> None:
    """Invariant 41."""
    (theirs,) = bench.queue(prefix="theirs-", recipient=NUMBER)
    (other,) = bench.queue(prefix="other-", recipient="+447700900124")
    bench.run("update dispatch.message set send_after = send_after + interval '1 day'")
    with running_inbox(bench.url, bench.callback_port), bench.dispatching():
        text_stop(bench)
        wait_until(lambda: bench.state(theirs) == "SUPPRESSED")
    assert bench.message(theirs)["state_reason"] == "opted out"
    assert bench.state(other) == "READY"


@pytest.mark.requirement("UJ-6")
def test_a_stop_between_the_decision_and_the_send_is_seen_by_the_last_check(bench: Bench) -> None:
    """Invariant 41: a message decided after the opt-out was applied."""
    bench.run(
        "insert into dispatch.opt_out (contact_point, source, applied_at)"
        " values (%s, 'officer', control.now())",
        [NUMBER],
    )
    (message_id,) = bench.queue(recipient=NUMBER)
    bench.dispatch_until(lambda: bench.state(message_id) == "SUPPRESSED")
    assert bench.copies() == {0: 1}


def test_stop_twice_with_new_ids_is_one_opt_out(bench: Bench) -> None:
    """Bad input 56."""
    read = "select count(*) from inbox.inbound_text where handling = 'opt_out'"
    with running_inbox(bench.url, bench.callback_port), bench.dispatching():
        text_stop(bench)
        text_stop(bench, "stop.")
        wait_until(lambda: bench.run(read) == [(2,)])
    assert bench.run("select force, contact_point from dispatch.opt_out") == [("kent", NUMBER)]


def test_a_stop_from_a_number_we_never_wrote_to_is_kept_by_number(bench: Bench) -> None:
    """Bad input 55."""
    stored = "select contact_point from dispatch.opt_out"
    with running_inbox(bench.url, bench.callback_port), bench.dispatching():
        text_stop(bench)
        wait_until(lambda: bench.run(stored) == [(NUMBER,)])
    (message_id,) = bench.queue(recipient=NUMBER)
    bench.dispatch_until(lambda: bench.state(message_id) == "SUPPRESSED")


def test_a_stop_said_to_one_force_leaves_the_other_forces_messages(bench: Bench) -> None:
    (kent,) = bench.queue(prefix="kent-", recipient=NUMBER)
    (essex,) = bench.queue(prefix="essex-", recipient=NUMBER, force="essex")
    bench.run(
        "insert into dispatch.opt_out (force, contact_point, source) values ('kent', %s, 'text')",
        [NUMBER],
    )
    bench.dispatch_until(lambda: bench.state(essex) == "ACCEPTED")
    assert bench.state(kent) == "SUPPRESSED"


def test_an_unclear_text_is_kept_for_a_person_and_opts_nobody_out(bench: Bench) -> None:
    waiting = "select body from inbox.inbound_text where handling = 'person' and closed_at is null"
    with running_inbox(bench.url, bench.callback_port), bench.dispatching():
        text_stop(bench, "when will this stop?")
        wait_until(lambda: bench.run(waiting) == [("when will this stop?",)])
    assert bench.run("select count(*) from dispatch.opt_out") == [(0,)]


def test_polling_recovers_a_stop_whose_callback_was_lost(bench: Bench) -> None:
    """Invariant 41: with the endpoint down the provider gives a callback up after a while."""
    bench = bench.with_timers(inbound_poll=0.1)
    text_stop(bench)
    (message_id,) = bench.queue(recipient=NUMBER)
    bench.run("update dispatch.message set send_after = send_after + interval '1 day'")
    bench.dispatch_until(lambda: bench.state(message_id) == "SUPPRESSED")
