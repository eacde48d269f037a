"""Services, templates and clients that the tests of the stand-in share.

The fixtures that start processes live in `conftest.py`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4, uuid5

from notifications_python_client.errors import HTTPError
from notifications_python_client.notifications import NotificationsAPIClient

from simulation.notify.process import RunningStandin
from simulation.notify.registry import ApiKey, Callback, KeyType, Service, Template

_NAMESPACE = UUID("00000000-0000-0000-0000-00000000cafe")
KEY_TYPES: tuple[KeyType, ...] = ("normal", "team", "test")


def identifier(name: str) -> str:
    """A UUID that is always the same for a name."""
    return str(uuid5(_NAMESPACE, name))


GREETING = Template(identifier("greeting"), "Greeting", "sms", "Hello ((name)), ref ((crime ref)).")
PLAIN = Template(identifier("plain"), "Plain text", "sms", "((text))")
LETTER = Template(
    identifier("letter"),
    "Your case",
    "email",
    "Dear ((name)),\n\n((is_victim??You are a victim.))\n\nKent Police",
    subject="About ((crime_ref))",
)
OLD = Template(identifier("versions"), "Two versions", "sms", "Old words", version=1)
NEW = Template(identifier("versions"), "Two versions", "sms", "New words", version=2)
TEMPLATES = (GREETING, PLAIN, LETTER, OLD, NEW)


def make_service(force: str, *, receiver_url: str | None = None, **changes: Any) -> Service:
    """A service for a force with all three keys and all templates."""
    callback = Callback(
        bearer_token=f"token-of-{force}",
        receipts_url=f"{receiver_url}/{force}/receipts",
        received_texts_url=f"{receiver_url}/{force}/texts",
    )
    keys = tuple(ApiKey(f"{force}_{each}", each, identifier(force + each)) for each in KEY_TYPES)
    return Service(
        id=identifier(force),
        name=f"{force.title()} Police",
        force=force,
        api_keys=keys,
        templates=TEMPLATES,
        callback=callback if receiver_url else None,
        **changes,
    )


def make_client(
    standin: RunningStandin, service: Service, key_type: KeyType = "normal", timeout: float = 10
) -> Any:
    """The official client; its session must be closed."""
    factory: Any = NotificationsAPIClient
    return factory(service.key(key_type), base_url=standin.url, timeout=timeout)


def send_text(client: Any, text: str = "Hello", **changes: Any) -> tuple[str, dict[str, Any]]:
    """Send a text with a new reference; returns the reference and the answer."""
    reference = str(uuid4())
    fields = {
        "phone_number": "07700 900123",
        "template_id": PLAIN.id,
        "personalisation": {"text": text},
        "reference": reference,
    }
    return reference, client.send_sms_notification(**(fields | changes))


def problems(refusal: HTTPError) -> list[dict[str, str]]:
    """The errors of a refusal, each with its class and its message."""
    message: Any = refusal.message
    return list(message)


def eventually(fulfilled: Callable[[], object], *, seconds: float = 10) -> None:
    """Wait until something is true; fails the test when that takes too long."""
    give_up_at = time.monotonic() + seconds
    while not fulfilled():
        assert time.monotonic() < give_up_at, "it never happened"
        time.sleep(0.02)
