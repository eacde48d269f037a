"""Which recipients are accepted."""

from __future__ import annotations

import pytest

from simulation.notify.recipients import (
    InvalidRecipient,
    parse_email_address,
    parse_phone_number,
)


@pytest.mark.parametrize(
    "written",
    [
        "07700900123",
        "07700 900 123",
        "+44 (0)7700 900 123",
        "00447700900123",
        "447700900123",
        "0+447700900123",
        "+07700900123",
        "07700\u200b900123\t",
    ],
)
def test_every_way_to_write_a_drama_number_gives_one_number(written: str) -> None:
    number = parse_phone_number(written)
    assert (number.digits, number.is_international) == ("447700900123", False)


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("0770", "Not enough digits"),
        ("01632960123456", "Too many digits"),
        ("", "Not enough digits"),
        ("call me", "Must not contain letters or symbols"),
        ("07700900123;drop", "Must not contain letters or symbols"),
        ("01632960123", "Number is not valid"),
        ("02079460000", "Not a UK mobile number"),
        ("09098790123", "Number is not valid"),
        ("0770090012", "Number is not valid"),
    ],
)
def test_a_number_that_cannot_get_texts_is_refused(written: str, problem: str) -> None:
    with pytest.raises(InvalidRecipient, match=problem):
        parse_phone_number(written)


@pytest.mark.parametrize("written", ["07797 712345", "+48 512 345 678", "077009001234"])
def test_numbers_abroad_and_on_the_islands_are_international(written: str) -> None:
    assert parse_phone_number(written).is_international


def test_an_email_address_is_trimmed_and_in_lower_case() -> None:
    assert parse_email_address(" Zoe.O'Brien+1@Example.ORG\u200b") == "zoe.o'brien+1@example.org"


@pytest.mark.parametrize(
    "written",
    [
        "zoe", "zoe@", "zoe@example", "zoe@exa mple.org", "zo..e@example.org", "a@b@example.org",
        "zoë@example.org", "zoe@-example.org", "zoe@example.org\r\nBcc: x@example.org",
        f"{'z' * 320}@example.org",
    ],
)  # fmt: skip
def test_an_address_that_cannot_get_emails_is_refused(written: str) -> None:
    with pytest.raises(InvalidRecipient, match="Not a valid email address"):
        parse_email_address(written)
