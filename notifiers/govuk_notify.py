"""GOV.UK Notify through its official client, one attempt per call and nothing retried.

How failures are read lives in `classification`; what follows from an answer lives in `outcomes`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import requests
from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient
from requests.adapters import HTTPAdapter

from notifiers.classification import KEY_REJECTED, read_failure
from notifiers.crash import crash_point
from notifiers.errors import KeyRejected, ProviderUnreachable, UnknownForce
from notifiers.provider import (
    Answer,
    Outcome,
    Outgoing,
    Provider,
    ProviderRow,
    Providers,
    ReceivedText,
)
from notifiers.settings import DispatcherSettings

# Seconds after which GOV.UK Notify refuses a token.
TOKEN_LIFE = 30.0

# A connection that was idle for longer may be closed by the far end just while we write to it,
# and a reset then would make a message UNKNOWN for nothing.
LONGEST_IDLE = 20.0


class _TooLate(Exception):
    """The deadline passed before the request left us."""


class _OneAttempt(requests.Session):
    """A session that sends each request once, or not at all after its deadline."""

    def __init__(self) -> None:
        super().__init__()
        # A .netrc or a proxy variable would replace our token or send it elsewhere.
        self.trust_env = False
        self.mount("https://", HTTPAdapter(max_retries=0))
        self.mount("http://", HTTPAdapter(max_retries=0))
        self.deadline: float | None = None
        self.last_status: int | None = None
        self._used_at = 0.0

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        # Following a 307 would post a second time.
        kwargs["allow_redirects"] = False
        return super().request(*args, **kwargs)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        if time.monotonic() - self._used_at > LONGEST_IDLE:
            self.close()
        self._used_at = time.monotonic()
        # The token was made just before this line and is refused by Notify once it is 30 s old.
        # So a process that is frozen after this check cannot send when it wakes much later.
        if self.deadline is not None:
            if time.monotonic() > self.deadline:
                raise _TooLate
            crash_point("after_deadline_check")
        self.last_status = None
        response = super().send(request, **kwargs)
        self.last_status = response.status_code
        return response


class NotifyProvider:
    """One force's Notify service; for one thread at a time, as the client is not thread-safe."""

    def __init__(self, *, url: str, api_key: str, timeout: tuple[float, float]) -> None:
        self._session = _OneAttempt()
        # Any: the official client has no types.
        self._client: Any = NotificationsAPIClient(  # type: ignore[no-untyped-call]
            api_key, base_url=url, timeout=timeout
        )
        self._client.request_session = self._session

    def send(self, message: Outgoing, *, deadline: float) -> Answer:
        self._session.deadline = deadline
        try:
            body = self._post(message)
        except _TooLate:
            return Answer(outcome=Outcome.TOO_LATE, reason="too long after the last check")
        except APIError as error:
            answer = read_failure(error, private_values=_private_values(message))
            return self._excuse_stale_token(answer, deadline)
        finally:
            self._session.deadline = None
        return _read_success(body, self._session.last_status)

    def _excuse_stale_token(self, answer: Answer, deadline: float) -> Answer:
        """A rejection after we were frozen is about our token's age, not about our key."""
        if answer.is_key_rejected and time.monotonic() > deadline + TOKEN_LIFE / 2:
            reason = "the token was too old: this process was frozen while it posted"
            return Answer(outcome=Outcome.NOT_SENT, http_status=answer.http_status, reason=reason)
        return answer

    def find(self, reference: UUID) -> Sequence[ProviderRow]:
        try:
            page = self._client.get_all_notifications(reference=str(reference))
            return [_row(item) for item in page["notifications"]]
        except APIError as error:
            raise _unreachable(error, "look up a reference") from error
        except (KeyError, TypeError, ValueError) as error:
            raise ProviderUnreachable("the look-up of a reference was not understood") from error

    def received_texts(self) -> Sequence[ReceivedText]:
        try:
            page = self._client.get_received_texts()
            return [_received(item) for item in page["received_text_messages"]]
        except APIError as error:
            raise _unreachable(error, "read received texts") from error
        except (KeyError, TypeError, ValueError) as error:
            raise ProviderUnreachable("the received texts were not understood") from error

    def _post(self, message: Outgoing) -> object:
        common = {
            "template_id": str(message.template_id),
            "personalisation": dict(message.personalisation),
            "reference": str(message.reference),
        }
        if message.channel == "sms":
            return self._client.send_sms_notification(message.recipient, **common)
        return self._client.send_email_notification(message.recipient, **common)


def notify_providers(settings: DispatcherSettings) -> Providers:
    """A factory that keeps one client (and its connections) per thread and force."""
    # The client logs the provider's error texts, which can quote what was sent.
    logging.getLogger("notifications_python_client").setLevel(logging.CRITICAL)
    local = threading.local()
    timeout = (settings.timers.connect_timeout, settings.timers.read_timeout)

    def provider_of(force: str) -> Provider:
        known: dict[str, Provider] = local.__dict__.setdefault("known", {})
        if force not in known:
            known[force] = NotifyProvider(
                url=settings.provider_url,
                api_key=_key_of(settings.api_keys, force),
                timeout=timeout,
            )
        return known[force]

    return provider_of


def _key_of(api_keys: Mapping[str, str], force: str) -> str:
    if force not in api_keys:
        raise UnknownForce(f"there is no provider key for {force}: add it to the secrets")
    return api_keys[force]


def _private_values(message: Outgoing) -> list[str]:
    values = [message.recipient, *(str(value) for value in message.personalisation.values())]
    return [value for value in values if len(value) > 2]


def _read_success(body: object, status: int | None) -> Answer:
    if status != requests.codes.created or not isinstance(body, dict):
        reason = f"the provider answered {status}, which is not in its contract"
        return Answer(outcome=Outcome.UNKNOWN, http_status=status, reason=reason)
    try:
        provider_id = UUID(str(body.get("id")))
    except ValueError:
        reason = "the provider answered 201 without an id"
        return Answer(outcome=Outcome.UNKNOWN, http_status=status, reason=reason)
    return Answer(outcome=Outcome.ACCEPTED, http_status=status, provider_id=provider_id)


def _unreachable(error: APIError, attempt: str) -> ProviderUnreachable:
    if error.response is None:
        return ProviderUnreachable(f"could not {attempt} at the provider: no answer")
    if error.status_code == KEY_REJECTED:
        return KeyRejected(f"could not {attempt}: the provider rejects the key or our clock (403)")
    return ProviderUnreachable(f"could not {attempt}: the provider answered {error.status_code}")


def _row(item: Mapping[str, Any]) -> ProviderRow:
    return ProviderRow(
        provider_id=UUID(item["id"]),
        reference=item.get("reference"),
        status=item["status"],
        occurred_at=_time(item.get("completed_at") or item.get("sent_at")),
    )


def _received(item: Mapping[str, Any]) -> ReceivedText:
    return ReceivedText(
        provider_id=UUID(item["id"]),
        source_number=item["user_number"],
        body=item["content"],
        sent_at=_time(item.get("created_at")),
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
