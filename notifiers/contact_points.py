"""One spelling per contact point, and which ones a live system must never use.

Whether a contact point may be used for a person is decided in dbt and in the last check.
"""

from __future__ import annotations

import re

import phonenumbers

# Ofcom's numbers for drama: nobody has them, so a live message to one is a leak of test data.
DRAMA_MOBILE = re.compile(r"\+447700900\d{3}")
RESERVED_DOMAIN = re.compile(
    r"[@.](example\.(com|org|net)|test|invalid|example|localhost)$", re.IGNORECASE
)


def normalise_phone(raw: str) -> str | None:
    """E.164 (+447700900123) from any usual spelling of a UK or international number, or None.

    Only the spelling counts: drama numbers pass, which validity checks would refuse.
    """
    cleaned = "".join(c for c in raw if c.isdigit() or c == "+")
    if cleaned.startswith("44"):
        cleaned = f"+{cleaned}"
    try:
        number = phonenumbers.parse(cleaned, "GB")
    except phonenumbers.NumberParseException:
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def is_fictional(recipient: str) -> bool:
    """True for a drama number or a reserved example domain, which only a test may use."""
    return bool(DRAMA_MOBILE.fullmatch(recipient) or RESERVED_DOMAIN.search(recipient))
