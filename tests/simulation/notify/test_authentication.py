"""Who is let in."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest
import requests

from simulation.notify.process import RunningStandin
from simulation.notify.registry import ApiKey, Service
from tests.simulation.notify.conftest import Starter
from tests.simulation.notify.fixtures import identifier, make_service

_OTHER_SECRET = identifier("someone else's secret")


def _ask(standin: RunningStandin, authorization: str | None) -> tuple[int, str]:
    headers = {"Authorization": authorization} if authorization else {}
    answer = requests.get(f"{standin.url}/v2/templates", headers=headers, timeout=10)
    body = answer.json()
    if answer.status_code == 200:
        return 200, ""
    assert body["errors"][0]["error"] == "AuthError"
    return body["status_code"], body["errors"][0]["message"]


def _bearer(secret: str, algorithm: str = "HS256", **claims: Any) -> str:
    return f"Bearer {jwt.encode(claims, secret, algorithm=algorithm)}"


def test_a_request_without_a_token_is_unauthorized(standin: RunningStandin) -> None:
    assert _ask(standin, None) == (401, "Unauthorized: authentication token must be provided")
    expected = (401, "Unauthorized: authentication bearer scheme must be used")
    assert _ask(standin, "Basic abc") == expected


@pytest.mark.parametrize("seconds", [-25, 0, 25])
def test_a_clock_that_is_nearly_right_is_accepted(
    standin: RunningStandin, services: dict[str, Service], seconds: int
) -> None:
    service = services["kent"]
    issued_at = int(time.time()) + seconds
    token = _bearer(service.api_keys[0].secret, iss=service.id, iat=issued_at)
    assert _ask(standin, token) == (200, "")


@pytest.mark.parametrize("seconds", [-60, 60])
def test_a_clock_that_is_wrong_is_refused(
    standin: RunningStandin, services: dict[str, Service], seconds: int
) -> None:
    service = services["kent"]
    issued_at = int(time.time()) + seconds
    token = _bearer(service.api_keys[0].secret, iss=service.id, iat=issued_at)
    message = "Error: Your system clock must be accurate to within 30 seconds"
    assert _ask(standin, token) == (403, message)


def test_every_wrong_token_is_told_apart(
    standin: RunningStandin, services: dict[str, Service]
) -> None:
    kent, now = services["kent"], int(time.time())
    secret = kent.api_keys[0].secret
    unknown = identifier("unknown service")
    wrong = {
        _bearer(_OTHER_SECRET, iss=kent.id, iat=now): "Invalid token: API key not found",
        _bearer(secret, iss=unknown, iat=now): "Invalid token: service not found",
        _bearer(secret, iss="kent", iat=now): (
            "Invalid token: service id is not the right data type"
        ),
        _bearer(secret, iat=now): "Invalid token: iss field not provided",
        _bearer(secret, iss=kent.id): "Invalid token: iat field not provided",
        _bearer(secret * 2, algorithm="HS512", iss=kent.id, iat=now): (
            "Invalid token: algorithm used is not HS256"
        ),
        "Bearer nonsense": "Invalid token: signature, api token not found",
    }
    for token, message in wrong.items():
        assert _ask(standin, token) == (403, message)


def test_a_revoked_key_is_refused(start: Starter) -> None:
    key = ApiKey("old", "normal", identifier("revoked"), is_revoked=True)
    service = make_service("kent")
    standin = start(Service(service.id, service.name, "kent", (key,), service.templates))
    token = _bearer(key.secret, iss=service.id, iat=int(time.time()))
    assert _ask(standin, token) == (403, "Invalid token: API key revoked")
