"""Which received texts are an opt-out, which a person must read, and which need nothing.

Only an unmistakable text counts as an opt-out; anything that smells of one goes to a person.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

OPT_OUT = frozenset({
    "stop", "stop all", "stopall", "stop it", "stop texting", "stop texting me", "stop messages",
    "unsubscribe", "opt out", "optout", "arret", "arreter", "stopp",
})  # fmt: skip
POLITE = frozenset({"please", "pls", "plz", "now", "thanks", "thank", "you", "ta"})
SUSPICIOUS = re.compile(
    r"\bs\W?t\W?o\W?p|\bstp\b|unsub|opt\W*out|\barret|no more|leave me|remove me|don'?t text"
    r"|do not (text|contact|message)|wrong (number|person)|\bquit\b|\bcancel\b|\bend\b"
)


class Handling(StrEnum):
    """What a received text leads to; the names are stored in inbox.inbound_text."""

    OPT_OUT = "opt_out"
    PERSON = "person"
    NONE = "none"


def read_text(body: str) -> Handling:
    """Read one received text.

    "STOP", "stop.", "Stop pls" and "ARRÊT" opt out; "when will this stop?" is for a person.
    """
    plain = _plain(body)
    words = [word for word in re.findall(r"[a-z]+", plain) if word not in POLITE]
    if " ".join(words) in OPT_OUT and "?" not in plain and not re.search(r"\d", plain):
        return Handling.OPT_OUT
    if SUSPICIOUS.search(plain):
        return Handling.PERSON
    return Handling.NONE


def _plain(body: str) -> str:
    """Lower case without accents, invisible characters or curly apostrophes."""
    decomposed = unicodedata.normalize("NFKD", body.replace("’", "'"))
    kept = (c for c in decomposed if unicodedata.category(c) not in ("Mn", "Cf", "Cc"))
    return "".join(kept).casefold().strip()
