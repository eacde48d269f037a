"""Which phone numbers and email addresses the API accepts, and how they are written.

Whether a key may write to an accepted recipient lives in `sending.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberType, ValidationResult

SMOKE_NUMBERS = frozenset({"447700900000", "447700900111", "447700900222"})
SMOKE_ADDRESSES = frozenset(
    f"simulate-delivered{suffix}@notifications.service.gov.uk" for suffix in ("", "-2", "-3")
)

_WHITESPACE = " \t\n\r\x0b\x0c\u00a0\u180e\u200b\u200c\u200d\u202f\u2060\ufeff"
_PHONE_CHARACTERS = frozenset("0123456789()-+" + _WHITESPACE)
_ALLOWED_TYPES = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.UAN,
        PhoneNumberType.PERSONAL_NUMBER,
    }
)
_LANDLINES = frozenset(
    {PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.UAN}
)
_DRAMA_NUMBER = re.compile(r"7700900\d{3}")
_EMAIL = re.compile(r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~\-]+@([^.@][^@\s]+)")
_HOST_PART = re.compile(r"(xn|[a-z0-9]+)(-?-[a-z0-9]+)*", re.IGNORECASE)
_TOP_LEVEL = re.compile(r"([a-z]{2,63}|xn--([a-z0-9]+-)*[a-z0-9]+)", re.IGNORECASE)

_TOO_SHORT = "Not enough digits"
_TOO_LONG = "Too many digits"
_NO_COUNTRY = "Not a valid country prefix"
_LENGTH_MESSAGES = {
    ValidationResult.TOO_LONG: _TOO_LONG,
    ValidationResult.TOO_SHORT: _TOO_SHORT,
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: _TOO_SHORT,
    ValidationResult.INVALID_COUNTRY_CODE: _NO_COUNTRY,
}
_INVALID = "Number is not valid – double check the phone number you entered"


class InvalidRecipient(ValueError):
    """The message is the one the API gives for this recipient; it never repeats the recipient."""


@dataclass(frozen=True)
class PhoneNumber:
    """An accepted number: digits with country code, and whether it lies outside Great Britain."""

    digits: str
    is_international: bool


@lru_cache(maxsize=65536)
def parse_phone_number(text: str) -> PhoneNumber:
    """Accept what Notify accepts, drama numbers included; raises InvalidRecipient."""
    if not _PHONE_CHARACTERS.issuperset(text):
        raise InvalidRecipient("Must not contain letters or symbols")
    try:
        number = _parse(text)
    except InvalidRecipient:
        # Notify gives numbers like +07700900123 and 0+447700900123 a second chance.
        number = _parse(text.replace("+", "").lstrip("0"))
    if phonenumbers.number_type(number) in _LANDLINES and number.country_code == 44:
        raise InvalidRecipient("Not a UK mobile number")
    digits = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]
    region = phonenumbers.region_code_for_number(number)
    return PhoneNumber(digits, is_international=not (_is_drama(number) or region == "GB"))


@lru_cache(maxsize=65536)
def parse_email_address(text: str) -> str:
    """The address in lower case without stray spaces; raises InvalidRecipient."""
    address = text.strip(_WHITESPACE)
    match = _EMAIL.fullmatch(address)
    if not match or len(address) > 320 or ".." in address or not _is_host(match.group(1)):
        raise InvalidRecipient("Not a valid email address")
    return address.lower()


def _parse(text: str) -> phonenumbers.PhoneNumber:
    if not text.strip(_WHITESPACE):
        raise InvalidRecipient(_TOO_SHORT)
    try:
        number = phonenumbers.parse(text, "GB")
    except phonenumbers.NumberParseException as error:
        raise InvalidRecipient(_INVALID) from error
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != ValidationResult.IS_POSSIBLE:
        number = _as_international(text, _LENGTH_MESSAGES.get(reason, _INVALID))
    if _is_drama(number):
        return number
    is_allowed = phonenumbers.number_type(number) in _ALLOWED_TYPES
    if not (is_allowed and phonenumbers.is_valid_number(number)):
        raise InvalidRecipient(_INVALID)
    return number


def _as_international(text: str, otherwise: str) -> phonenumbers.PhoneNumber:
    """Spreadsheets drop the plus sign, so Notify tries again as if it were there."""
    try:
        number = phonenumbers.parse(f"+{text}")
    except phonenumbers.NumberParseException as error:
        raise InvalidRecipient(otherwise) from error
    if not phonenumbers.is_possible_number(number):
        raise InvalidRecipient(otherwise)
    return number


def _is_drama(number: phonenumbers.PhoneNumber) -> bool:
    is_in_range = _DRAMA_NUMBER.fullmatch(str(number.national_number))
    return number.country_code == 44 and is_in_range is not None


def _is_host(host: str) -> bool:
    try:
        parts = host.encode("idna").decode("ascii").split(".")
    except UnicodeError:
        return False
    are_parts_valid = all(len(part) <= 63 and _HOST_PART.fullmatch(part) for part in parts)
    is_top_level_valid = _TOP_LEVEL.fullmatch(parts[-1]) is not None
    return len(host) <= 253 and len(parts) >= 2 and are_parts_valid and is_top_level_valid
