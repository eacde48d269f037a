"""Building services from the force folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulation.notify.registry import read_services, write_services
from simulation.notify.services import (
    CallbackAddress,
    api_key,
    bearer_token,
    build_services,
    service_id,
)
from tests.simulation.notify.conftest import Clients, Starter
from tests.simulation.notify.fixtures import identifier, make_service

TEMPLATES = """template,title,language,channel,subject,body,notify_template_id
report,Report received,en,sms,,"We have your report ((incident_ref)).",{first}
report,Report received,pl,email,Zgłoszenie,"Dzień dobry,
mamy Państwa zgłoszenie.",{second}
"""
BRANDING = """display_name,website_url,opt_out_url,victim_support_url,phone_line
{name},https://example.org,https://example.org/stop,https://example.org/help,101
"""


@pytest.fixture
def staging(tmp_path: Path) -> Path:
    for force in ("kent", "essex"):
        folder = tmp_path / "staging" / force
        folder.mkdir(parents=True)
        templates = TEMPLATES.format(first=identifier(f"{force}1"), second=identifier(f"{force}2"))
        (folder / f"{force}_templates.csv").write_text(templates, encoding="utf-8")
        branding = BRANDING.format(name=f"{force.title()} Police")
        (folder / f"{force}_branding.csv").write_text(branding, encoding="utf-8")
    (tmp_path / "staging" / "wales").mkdir()
    return tmp_path / "staging"


def test_each_force_folder_becomes_a_service(staging: Path) -> None:
    essex, kent = build_services(staging)
    assert (essex.name, kent.name) == ("Essex Police", "Kent Police")
    sms, email = kent.templates
    assert (sms.id, sms.type, sms.subject) == (identifier("kent1"), "sms", None)
    assert (email.language, email.subject) == ("pl", "Zgłoszenie")
    assert email.body.startswith("Dzień dobry,\nmamy")


def test_identifiers_and_secrets_follow_from_the_seed(staging: Path) -> None:
    [kent] = build_services(staging, forces=["kent"])
    assert build_services(staging, forces=["kent"]) == [kent]
    assert build_services(staging, forces=["kent"], seed=2) != [kent]
    assert kent.id == service_id("kent")
    assert kent.key("normal") == api_key("kent")
    assert kent.key("test") == api_key("kent", key_type="test")
    assert len({key.secret for key in kent.api_keys}) == 3


def test_callback_addresses_are_made_for_each_force(staging: Path) -> None:
    address = CallbackAddress(receipts_url="http://127.0.0.1:1/receipts/{force}")
    essex, kent = build_services(staging, callback=address)
    assert essex.callback
    assert kent.callback
    assert kent.callback.receipts_url == "http://127.0.0.1:1/receipts/kent"
    assert kent.callback.received_texts_url is None
    assert kent.callback.bearer_token == bearer_token("kent") != essex.callback.bearer_token


def test_a_named_force_without_templates_is_an_error(staging: Path) -> None:
    with pytest.raises(FileNotFoundError):
        build_services(staging, forces=["wales"])


def test_a_services_file_is_read_back_unchanged(tmp_path: Path) -> None:
    services = [make_service("kent", receiver_url="http://127.0.0.1:1"), make_service("essex")]
    assert read_services(write_services(tmp_path / "services.json", services)) == services


def test_a_service_built_from_a_folder_sends(
    staging: Path, start: Starter, clients: Clients
) -> None:
    [kent] = build_services(staging, forces=["kent"])
    client = clients(start(kent), kent)
    answer = client.send_sms_notification("07700900123", identifier("kent1"), {"incident_ref": "7"})
    assert answer["content"]["body"] == "We have your report 7."
