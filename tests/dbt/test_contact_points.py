"""What is written where a number or an address should be becomes one form, or nothing.

The library `phonenumbers` is the judge of numbers, but for the range kept free for drama, which
it refuses and tests need.
"""

from __future__ import annotations

import random
import re

import phonenumbers
import pytest

from tests.dbt.kent import Kent

NUMBERS = 3000
PREFIXES = ("0", "+44", "0044", "44", "+44(0)", "+44 0", "0044 (0)")
BETWEEN = ("", "", "", " ", "-", ".", "\u00a0", "\u200b")

# The first column is the number of the case in the list of bad inputs.
WRITTEN_NUMBERS = [
    (1, "+44 (0)7700 900 123", "+447700900123"),
    (2, "\t07700\u200b 900123 ", "+447700900123"),
    (3, "0044 7700 900123", "+447700900123"),
    (3, "447700900123", "+447700900123"),
    (3, "07700-900-123", "+447700900123"),
    (4, "0770090012", None),
    (4, "07700900123456", None),
    (5, "01632 960123", None),
    (6, "07797 712345", None),
    (7, "784951234567", None),
    (7, "+48 512 345 678", None),
    (8, '07";DROP TABLE;', None),
    (9, "07700900123 / 07700900124", None),
    (9, "07700900123 07700900124", None),
    (11, "0906 123 4567", None),
    (11, "66777", None),
    (12, "07000000000", None),
    (13, "٠٧٧٠٠٩٠٠١٢٣", None),
    (14, "zoe@example.com", None),
    (30, "NULL", None),
    (30, "", None),
    (30, None, None),
]
WRITTEN_ADDRESSES = [
    (1, " Zoe@Example.com ", "zoe@example.com"),
    (1, "o'brien+police@mail.example.org", "o'brien+police@mail.example.org"),
    (2, "\u200bzoe@example.com\t", "zoe@example.com"),
    (9, "zoe@example.com; max@example.com", None),
    (9, "zoe@example.com max@example.com", None),
    (14, "07700 900123", None),
    (15, "zоe@example.com", None),  # the second letter is Cyrillic
    (15, "zoe@exаmple.com", None),
    (16, "zoe@example.com\r\nBcc: max@example.com", None),
    (16, "zoe@example.com\nmax@example.com", None),
    (16, "Zoe <zoe@example.com>", None),
    (16, "zoe@example", None),
    (16, "zoe@-example.com", None),
    (16, "zoe@example..com", None),
    (16, "@example.com", None),
    (30, "NULL", None),
    (30, "", None),
    (30, None, None),
]


def judged_by_library(written: str) -> str | None:
    """E.164 if this is a mobile number of Great Britain or Northern Ireland."""
    try:
        number = phonenumbers.parse(written, "GB")
    except phonenumbers.NumberParseException:
        return None
    plain = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if re.fullmatch(r"\+447700900\d{3}", plain):
        return plain
    is_mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    is_british = phonenumbers.is_valid_number_for_region(number, "GB")
    is_of_island = any(
        phonenumbers.is_valid_number_for_region(number, island) for island in ("JE", "GG", "IM")
    )
    return plain if is_mobile and is_british and not is_of_island else None


def write_number(chance: random.Random) -> str:
    """Digits that look like a British number, as people write them."""
    start = chance.choice(("7", "7", "7", "77009", "7797", "7624", "1632", "20"))
    length = chance.choice((10, 10, 10, 10, 9, 11))
    digits = start + "".join(chance.choices("0123456789", k=length - len(start)))
    spaced = "".join(
        digit + (chance.choice(BETWEEN) if n in (3, 6) else "") for n, digit in enumerate(digits)
    )
    return chance.choice(PREFIXES) + spaced


def test_numbers_are_judged_as_the_library_judges_them(kent: Kent) -> None:
    chance = random.Random(6)
    written = [write_number(chance) for _ in range(NUMBERS)]
    for number, text in enumerate(written):
        kent.add("people", person_id=number, mobile_no=text)
    kent.run()
    found = dict(kent.rows("select person_key::int, mobile from core.core_people"))
    differing = {
        text: (found[number], judged_by_library(text))
        for number, text in enumerate(written)
        if found[number] != judged_by_library(text)
    }
    assert differing == {}
    assert NUMBERS / 10 < sum(value is not None for value in found.values()) < NUMBERS


def test_written_numbers_become_one_form_or_nothing(kent: Kent) -> None:
    for key, (_, written, _) in enumerate(WRITTEN_NUMBERS):
        kent.add("people", person_id=key, mobile_no=written)
    kent.run()
    found = kent.rows("select person_key::int, mobile from core.core_people order by 1")
    assert found == [(key, wanted) for key, (_, _, wanted) in enumerate(WRITTEN_NUMBERS)]


def test_written_addresses_become_one_form_or_nothing(kent: Kent) -> None:
    for key, (_, written, _) in enumerate(WRITTEN_ADDRESSES):
        kent.add("people", person_id=key, email_addr=written)
    kent.run()
    found = kent.rows("select person_key::int, email from core.core_people order by 1")
    assert found == [(key, wanted) for key, (_, _, wanted) in enumerate(WRITTEN_ADDRESSES)]


@pytest.mark.parametrize("number", [0, 123, 999])
def test_the_drama_range_is_accepted_though_the_library_refuses_it(kent: Kent, number: int) -> None:
    plain = f"+447700900{number:03}"
    assert not phonenumbers.is_valid_number(phonenumbers.parse(plain, "GB"))
    kent.add("people", mobile_no=f"07700 900{number:03}")
    kent.run()
    assert kent.rows("select mobile from core.core_people") == [(plain,)]
