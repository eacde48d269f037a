"""How texts are downgraded and counted."""

from __future__ import annotations

import pytest

from simulation.notify.sms_text import fragment_count, handset_text


@pytest.mark.parametrize(
    ("text", "fragments"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 918, 6),
        ("€" * 80, 1),
        ("€" * 80 + "a", 2),
        ("[" + "a" * 158, 1),
        ("[" + "a" * 159, 2),
        ("^{}\\[~]|€" * 8 + "a" * 16, 1),
        ("^{}\\[~]|€" * 8 + "a" * 17, 2),
        ("ŵ" + "a" * 69, 1),
        ("ŵ" + "a" * 70, 2),
        ("ŷ" + "a" * 133, 2),
        ("ŷ" + "a" * 134, 3),
        ("é" * 160, 1),
        ("ê" * 71, 2),
    ],
)
def test_a_text_is_charged_in_fragments(text: str, fragments: int) -> None:
    assert fragment_count(text) == fragments


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("“Zoë” – O’Brien…", '"Zoë" - O\'Brien...'),
        ("Łukasz Żółć", "Lukasz Zólc"),
        ("Jonas Šimkutė", "Jonas Simkute"),
        ("Siân, Tŷ Gŵyr", "Siân, Tŷ Gŵyr"),
        ("آپ کا کیس", "?? ?? ???"),
        ("Привіт", "??????"),
        ("你好 👮", "?? ?"),
        ("a\u200bb\tc\u00a0d", "ab c d"),
        ("Hello , you  there", "Hello, you there"),
        ("a\n\n\n\nb", "a\n\nb"),
    ],
)
def test_characters_a_handset_may_not_know_are_downgraded(written: str, shown: str) -> None:
    assert handset_text(written, prefix=None) == shown


def test_the_name_of_the_service_comes_first_and_counts() -> None:
    text = handset_text("a" * 149, prefix="Kent Police")
    assert text.startswith("Kent Police: a")
    assert fragment_count(text) == 2
