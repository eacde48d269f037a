"""Filling ((placeholders)) and ((conditional??texts)) of a template from personalisation.

What a handset makes of the result lives in `sms_text.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_PLACEHOLDER = re.compile(r"\(\(([^()]+)\)\)")
_TRUE_WORDS = frozenset({"yes", "y", "true", "t", "1", "include", "show"})
_IGNORED_IN_NAMES = str.maketrans("", "", " _-\t\n\r\u00a0\u200b")


@lru_cache(maxsize=4096)
def placeholders(text: str) -> tuple[str, ...]:
    """Names of the placeholders of a text, each once, in order of appearance."""
    names = (body.split("??")[0] for body in _PLACEHOLDER.findall(text))
    return tuple(dict.fromkeys(names))


def missing(text: str, values: Mapping[str, object]) -> list[str]:
    """Names of the placeholders for which there is no value; a null is no value."""
    known = _by_plain_name(values)
    return [name for name in placeholders(text) if known.get(_plain(name)) is None]


def fill(text: str, values: Mapping[str, object]) -> str:
    """The text with every placeholder replaced, once: brackets inside a value stay as they are."""
    known = _by_plain_name(values)

    def replacement(match: re.Match[str]) -> str:
        name, is_conditional, shown = match.group(1).partition("??")
        value = known.get(_plain(name))
        if value is None:
            return match.group(0)
        if is_conditional:
            return shown if str(value).lower() in _TRUE_WORDS else ""
        return _as_text(value)

    return _PLACEHOLDER.sub(replacement, text)


def _by_plain_name(values: Mapping[str, object]) -> dict[str, object]:
    return {_plain(name): value for name, value in values.items()}


@lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    """Names match whatever their case, spaces, underscores and hyphens."""
    return name.translate(_IGNORED_IN_NAMES).lower()


def _as_text(value: object) -> str:
    if not isinstance(value, list):
        return str(value)
    items = [str(item).strip() for item in value if item is not None and str(item).strip()]
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"
