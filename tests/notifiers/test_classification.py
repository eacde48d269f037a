"""How a refusal is worded, and how fast a force may send: small rules without a database."""

from __future__ import annotations

import json

import pytest
import requests
from notifications_python_client.errors import HTTPError

from notifiers.classification import describe, read_failure
from notifiers.pacing import Pace
from notifiers.provider import Outcome


def answered(status: int, body: object) -> HTTPError:
    response = requests.Response()
    response.status_code = status
    response._content = json.dumps(body).encode()
    return HTTPError(response)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(400, Outcome.REFUSED), (403, Outcome.REFUSED), (404, Outcome.REFUSED), (409, Outcome.REFUSED),
     (413, Outcome.REFUSED), (429, Outcome.NOT_SENT), (500, Outcome.UNKNOWN),
     (502, Outcome.UNKNOWN), (503, Outcome.UNKNOWN), (504, Outcome.UNKNOWN)],
)  # fmt: skip
def test_the_status_code_alone_decides(status: int, outcome: Outcome) -> None:
    """Point 5 of the protocol."""
    assert read_failure(answered(status, {}), private_values=[]).outcome is outcome


def test_a_reason_never_repeats_what_was_sent() -> None:
    errors = {"errors": [{"error": "ValidationError", "message": "name ZOË is not a date"}]}
    error = answered(400, errors)
    assert describe(error, private_values=["zoë"]) == "the provider answered 400"
    assert "is not a date" in describe(error, private_values=["Łukasz"])


def test_an_answer_that_never_came_is_unknown() -> None:
    error = HTTPError.create(requests.ReadTimeout())
    assert read_failure(error, private_values=[]).outcome is Outcome.UNKNOWN


def test_a_pace_allows_no_more_than_its_rate() -> None:
    pace = Pace(rate_per_minute=600, first_back_off=1, longest_back_off=60)
    allowed = 0
    for tick in range(1, 101):
        count = pace.available(tick / 10, at_most=64)
        pace.took(count)
        allowed += count
    assert 100 <= allowed <= 101


def test_a_slow_pace_still_moves() -> None:
    pace = Pace(rate_per_minute=6, first_back_off=1, longest_back_off=60)
    pace.took(1)
    assert pace.available(5, at_most=8) == 0
    assert pace.available(11, at_most=8) == 1


def test_failures_in_a_row_rest_longer_each_time_and_one_success_ends_it() -> None:
    pace = Pace(rate_per_minute=None, first_back_off=1, longest_back_off=4)
    now, rests = 0.0, []
    for _ in range(4):
        pace.failed(now)
        start = now
        while not pace.available(now, at_most=1):
            now += 0.5
        rests.append(now - start)
    assert rests == [1, 2, 4, 4]
    pace.failed(now)
    pace.succeeded()
    assert pace.available(now, at_most=1) == 1
