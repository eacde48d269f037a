"""Reading and previewing templates."""

from __future__ import annotations

from typing import Any

import pytest
from notifications_python_client.errors import HTTPError

from tests.simulation.notify.fixtures import GREETING, LETTER, NEW, identifier, send_text


def test_all_templates_of_a_service_are_listed_in_their_newest_version(kent: Any) -> None:
    templates = kent.get_all_templates()["templates"]
    assert {each["id"]: each["version"] for each in templates}[NEW.id] == 2
    assert len(templates) == 4
    emails = kent.get_all_templates(template_type="email")["templates"]
    assert [each["id"] for each in emails] == [LETTER.id]


def test_a_template_names_its_placeholders(kent: Any) -> None:
    template = kent.get_template(GREETING.id)
    assert template["body"] == GREETING.body
    assert template["personalisation"] == {
        "name": {"required": True},
        "crime ref": {"required": True},
    }


def test_an_older_version_can_be_read_and_the_newest_is_sent(kent: Any) -> None:
    assert kent.get_template_version(NEW.id, 1)["body"] == "Old words"
    _, answer = send_text(kent, template_id=NEW.id)
    assert answer["content"]["body"] == "New words"
    assert answer["template"]["version"] == 2


def test_a_preview_fills_in_values_and_sends_nothing(kent: Any) -> None:
    values = {"name": "Zoë", "crime_ref": "46/1/26", "is_victim": "no"}
    preview = kent.post_template_preview(LETTER.id, values)
    assert preview["subject"] == "About 46/1/26"
    assert "You are a victim" not in preview["body"]
    with pytest.raises(HTTPError, match="Missing personalisation: crime_ref, is_victim"):
        kent.post_template_preview(LETTER.id, {"name": "Zoë"})


@pytest.mark.parametrize(("template_id", "status"), [(identifier("none"), 404), ("x", 400)])
def test_an_unknown_template_is_not_found(kent: Any, template_id: str, status: int) -> None:
    with pytest.raises(HTTPError) as refusal:
        kent.get_template(template_id)
    assert refusal.value.status_code == status
    with pytest.raises(HTTPError):
        kent.get_template_version(template_id, 1)
