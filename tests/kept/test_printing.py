"""An explanation in a terminal: every value of the record is shown as it is."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO

from rich.console import Console

from kept.printing import print_explanation

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def test_brackets_in_a_record_are_text_and_the_kind_of_change_is_shown() -> None:
    change = {
        "change_id": 1, "valid_at": AT, "landed_at": AT, "attribute": "officer",
        "kind": "correction", "from_value": "[old] desk", "to_value": "[bold] 7", "version_id": 3,
    }  # fmt: skip
    decision = {
        "change_id": 1, "decision_id": 2, "decision": "suppress", "journey": "standard",
        "step": "officer", "reason_code": "correction", "meaning": "An old record was put right.",
        "rule": "kent/standard/officer", "config_version": "0123456789abcdef",
    }  # fmt: skip
    found = {
        "force": "kent", "ref": "1", "changes": [change], "decisions": [decision], "messages": [],
    }  # fmt: skip
    screen = StringIO()
    print_explanation(Console(file=screen, width=200), found)
    assert "officer = [bold] 7 (was [old] desk) (correction), seen 2026-05-04" in screen.getvalue()
    assert "suppress standard / officer: correction. An old record" in screen.getvalue()
