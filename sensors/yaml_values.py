"""Taking values of one kind out of a parsed YAML file, with an error that says what is missing.

What the values mean is the business of `feeds`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sensors.errors import DeclarationError

# PostgreSQL cuts names at 63 bytes, and the landing adds to them.
NAME = re.compile(r"[a-z_][a-z0-9_]{0,54}")


def mapping_of(value: object, at: str) -> Mapping[str, Any]:
    """The value, if it is a mapping; `at` is the place that the error names."""
    if not isinstance(value, Mapping):
        raise DeclarationError(f"{at}: is missing or not a mapping")
    return value


def list_of(node: Mapping[str, Any], key: str, at: str) -> list[Any]:
    """The list under `key`."""
    value = node.get(key)
    if not isinstance(value, list):
        raise DeclarationError(f"{at}: `{key}` is missing or not a list")
    return value


def text_of(node: Mapping[str, Any], key: str, at: str) -> str:
    """The text under `key`, which is not blank."""
    value = node.get(key)
    if not isinstance(value, str) or not value.strip():
        raise DeclarationError(f"{at}: `{key}` is missing or not a text")
    return value


def flag_of(node: Mapping[str, Any], key: str, at: str) -> bool:
    """The truth value under `key`, or False."""
    value = node.get(key, False)
    if not isinstance(value, bool):
        raise DeclarationError(f"{at}: `{key}` must be true or false")
    return value


def number_of(node: Mapping[str, Any], key: str, default: float, at: str) -> float:
    """The number of 0 or more under `key`, or the default."""
    value = node.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise DeclarationError(f"{at}: `{key}` must be a number of 0 or more")
    return float(value)


def identifier_of(value: object, at: str) -> str:
    """The value, if it can be a name in PostgreSQL without quotes."""
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise DeclarationError(f"{at}: {value!r} is not a lower-case name of letters and digits")
    return value
