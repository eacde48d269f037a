"""How many fragments a text message takes when it is written in the GSM 03.38 alphabet.

Written apart from the product's own counter on purpose, so that each checks the other.
"""

from __future__ import annotations

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = "^{}\\[~]|€"


def outside(text: str) -> set[str]:
    """The characters that the alphabet does not have."""
    return set(text) - set(_BASIC) - set(_EXTENDED)


def fragments(text: str) -> int:
    """One up to 160 units, else one for each 153; extended characters are two units."""
    units = len(text) + sum(character in _EXTENDED for character in text)
    return 1 if units <= 160 else -(-units // 153)
