"""What becomes of a text on its way to a handset: prefix, downgraded characters, fragments.

Filling in placeholders lives in `rendering.py`.
"""

from __future__ import annotations

import math
import re
import unicodedata

CHARACTER_LIMIT = 918

_EXTENDED = frozenset("^{}\\[~]|€")
_GSM = (
    frozenset(
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
        "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
    )
    | _EXTENDED
)
_WELSH = frozenset("àèìòùẁỳáéíóúẃýäëïöüẅÿâêîôûŵŷÀÈÌÒÙẀỲÁÉÍÓÚẂÝÄËÏÖÜẄŸÂÊÎÔÛŴŶ")
_KEPT = _GSM | _WELSH
_NEEDS_UCS2 = _WELSH - _GSM
_REPLACEMENTS = {
    "‑": "-", "–": "-", "—": "-", "−": "-", "…": "...", "‘": "'", "’": "'", "‚": "'",
    "“": '"', "”": '"', "„": '"', "\t": " ", "\u00a0": " ", "\u202f": " ",
    "\u180e": "", "\u200b": "", "\u200c": "", "\u200d": "", "\u2060": "", "\ufeff": "",
    "\u2028": "", "\u2029": "", "Ł": "L", "ł": "l",
}  # fmt: skip
_SPACE_BEFORE_PUNCTUATION = re.compile(r"[ \t]+([,.])")
_MANY_NEWLINES = re.compile(r"\n{3,}")


def handset_text(content: str, *, prefix: str | None) -> str:
    """The text as a handset shows it, with the service name in front if `prefix` is given."""
    text = f"{prefix}: {content}" if prefix else content
    if not _KEPT.issuperset(text):
        text = "".join(
            character if character in _KEPT else _downgrade(character) for character in text
        )
    return _tidy(text)


def fragment_count(text: str) -> int:
    """How many fragments a handset text is sent and charged as."""
    if not _NEEDS_UCS2.isdisjoint(text):
        return _fragments(len(text), single=70, each=67)
    length = len(text) + sum(map(text.count, _EXTENDED))
    return _fragments(length, single=160, each=153)


def _fragments(length: int, *, single: int, each: int) -> int:
    return 1 if length <= single else math.ceil(length / each)


def _downgrade(character: str) -> str:
    """A base letter, a plain sign, nothing, or the question mark that loses the meaning."""
    if character in _REPLACEMENTS:
        return _REPLACEMENTS[character]
    decomposition = unicodedata.decomposition(character)
    if decomposition and "<" not in decomposition:
        base = chr(int(decomposition.split()[0], 16))
        if base in _KEPT:
            return base
    return "?"


def _tidy(text: str) -> str:
    text = _SPACE_BEFORE_PUNCTUATION.sub(r"\1", text)
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return _MANY_NEWLINES.sub("\n\n", "\n".join(lines)).strip()
