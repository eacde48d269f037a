"""How a failed call to GOV.UK Notify is read: certainly not taken, refused, or not known.

It decides from status codes and from how the connection failed, never from message text; the
text is only shown to a person, and only when it holds nothing that belongs to the recipient.
"""

from __future__ import annotations

from collections.abc import Iterable

import requests
from notifications_python_client.errors import APIError, HTTPError
from urllib3.exceptions import MaxRetryError, NewConnectionError

from notifiers.provider import Answer, Outcome

LONGEST_REASON = 200
TRY_LATER = 429
KEY_REJECTED = 403


def read_failure(error: APIError, *, private_values: Iterable[str]) -> Answer:
    """Classify what the client raised for one POST.

    Refused connection, DNS, connect timeout and 429 are `NOT_SENT`; another 4xx is `REFUSED`;
    everything else (5xx, timeout, reset, a redirect, an answer that is no JSON) is `UNKNOWN`.
    """
    if not isinstance(error, HTTPError):
        return Answer(outcome=Outcome.UNKNOWN, reason="the answer was not JSON")
    if error.response is None:
        return _without_response(error.__cause__)
    status = error.status_code
    if status == TRY_LATER:
        reason = describe(error, private_values=private_values)
        return Answer(outcome=Outcome.NOT_SENT, http_status=status, reason=reason)
    if 400 <= status < 500:
        return Answer(
            outcome=Outcome.REFUSED,
            http_status=status,
            reason=describe(error, private_values=private_values),
            is_key_rejected=status == KEY_REJECTED,
        )
    return Answer(
        outcome=Outcome.UNKNOWN, http_status=status, reason=f"the provider answered {status}"
    )


def never_connected(error: BaseException | None) -> bool:
    """True when no connection was ever made, so that nothing can have been sent."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    if not isinstance(error, requests.ConnectionError) or not error.args:
        return False
    inner = error.args[0]
    return isinstance(inner, MaxRetryError) and isinstance(inner.reason, NewConnectionError)


def describe(error: HTTPError, *, private_values: Iterable[str]) -> str:
    """The provider's own words with the status in front, or the status alone if they leak."""
    status = f"the provider answered {error.status_code}"
    words = _words(error.message)
    # Validation messages can quote what was sent; a reason is kept for years.
    leaks = any(value and value.casefold() in words.casefold() for value in private_values)
    if not words or leaks or len(words) > LONGEST_REASON:
        return status
    return f"{status}: {words}"


def _words(message: object) -> str:
    if isinstance(message, str):
        return message
    if not isinstance(message, list):
        return ""
    parts = [f"{m.get('error')}: {m.get('message')}" for m in message if isinstance(m, dict)]
    return "; ".join(parts)


def _without_response(cause: BaseException | None) -> Answer:
    kind = type(cause).__name__
    if never_connected(cause):
        return Answer(outcome=Outcome.NOT_SENT, reason=f"no connection ({kind})")
    return Answer(outcome=Outcome.UNKNOWN, reason=f"no answer ({kind})")
