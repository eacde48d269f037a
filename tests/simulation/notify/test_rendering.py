"""How placeholders are filled in."""

from __future__ import annotations

import pytest

from simulation.notify.rendering import fill, missing, placeholders


@pytest.mark.parametrize(
    ("text", "values", "filled"),
    [
        ("Hello ((name))", {"name": "Zoë"}, "Hello Zoë"),
        ("Ref ((Crime Ref))", {"crime_ref": 12}, "Ref 12"),
        ("((late??You are late.))Done", {"late": "yes"}, "You are late.Done"),
        ("((late??You are late.))Done", {"late": "no"}, "Done"),
        ("((late??You are late.))Done", {"late": True}, "You are late.Done"),
        ("((late??You are late.))Done", {"late": ""}, "Done"),
        ("((name))", {"name": "((secret))", "secret": "x"}, "((secret))"),
        ("((name))", {"name": "{{7*7}}"}, "{{7*7}}"),
        ("((things))", {"things": ["a", "b", "c"]}, "a, b and c"),
        ("((name)) and ((other))", {"name": "a"}, "a and ((other))"),
    ],
)
def test_each_placeholder_is_replaced_once(
    text: str, values: dict[str, object], filled: str
) -> None:
    assert fill(text, values) == filled


def test_a_null_counts_as_missing_and_an_empty_text_does_not() -> None:
    assert missing("((a)) ((b)) ((c??x))", {"a": None, "b": ""}) == ["a", "c"]


def test_placeholders_are_named_once_in_order() -> None:
    assert placeholders("((b)) ((a??x)) ((b))") == ("b", "a")
