"""Contact points as people and call-takers really type them, all of them invented.

Mobiles are Ofcom's drama numbers, addresses are on reserved domains. Which of them may be used
is decided elsewhere.
"""

from __future__ import annotations

import random
import unicodedata

# Three blocks of the 1,000 drama numbers. There are far more people than numbers, so people of the
# past share theirs; those who are to be reached, and suspects, only do so on purpose or very late.
# 07700 900000, 111 and 222 are smoke-test numbers of GOV.UK Notify that never get a receipt, and
# 002 and 003 fail on purpose there: nobody lives at these.
EVERYDAY_NUMBERS = tuple(n for n in range(7, 300) if n not in {111, 222})
REACHABLE_NUMBERS = range(300, 900)
SUSPECT_NUMBERS = range(900, 1000)

WAYS_TO_TYPE = (
    "07700900{:03d}",
    "07700 900{:03d}",
    "07700 900 {:03d}",
    "+447700900{:03d}",
    "+44 7700 900{:03d}",
    "+44 (0)7700 900{:03d}",
    "0044 7700 900{:03d}",
    "07700-900-{:03d}",
    " 07700900{:03d}",
)
MALFORMED = (
    "0770090{:03d}",
    "07700 900 {:03d} 9",
    "01632 960{:03d}",
    "07700900{:03d} / 07700900004",
    "not known",
    "WITHHELD",
    "07797 900{:03d}",
    "784951234{:03d}",
    "0770O 900{:03d}",
)


def everyday_mobile(rng: random.Random, serial: int) -> str:
    """A well-formed mobile that several people have."""
    number = EVERYDAY_NUMBERS[serial * 389 % len(EVERYDAY_NUMBERS)]
    return rng.choice(WAYS_TO_TYPE).format(number)


def reachable_mobile(rng: random.Random, serial: int) -> str:
    """A well-formed mobile that the next 599 serial numbers do not get."""
    number = REACHABLE_NUMBERS[serial % len(REACHABLE_NUMBERS)]
    return rng.choice(WAYS_TO_TYPE).format(number)


def suspect_mobile(rng: random.Random) -> str:
    """A mobile out of a block of its own, so that a suspect shares a victim's only on purpose."""
    return rng.choice(WAYS_TO_TYPE).format(rng.choice(SUSPECT_NUMBERS))


def malformed_mobile(rng: random.Random) -> str:
    return rng.choice(MALFORMED).format(rng.randrange(1000))


def email_address(given_name: str, family_name: str, serial: int) -> str:
    """An address nobody owns, which belongs to one person only."""
    name = f"{_plain(given_name)}.{_plain(family_name)}".strip(".") or "person"
    domain = "example.com" if serial % 2 else "example.org"
    return f"{name}{serial}@{domain}"


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.replace("Ł", "L").replace("ł", "l"))
    return "".join(c for c in decomposed if c.isascii() and c.isalpha()).lower()
