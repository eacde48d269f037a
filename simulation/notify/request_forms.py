"""The shape of requests: required fields, types and formats of bodies and query strings.

Rules that need the service or the template live in `sending.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from starlette.datastructures import QueryParams

from simulation.notify.api_errors import bad_request, validation_error
from simulation.notify.recipients import (
    InvalidRecipient,
    parse_email_address,
    parse_phone_number,
)
from simulation.notify.registry import Channel

STATUSES = (
    "cancelled", "created", "sending", "sent", "delivered", "pending", "failed",
    "technical-failure", "temporary-failure", "permanent-failure", "pending-virus-check",
    "validation-failed", "virus-scan-failed", "returned-letter", "accepted", "received",
)  # fmt: skip
TEMPLATE_TYPES = ("sms", "email", "letter")
REFERENCE_LIMIT = 1000

_RECIPIENT_FIELD = {"sms": "phone_number", "email": "email_address"}
_SHARED_FIELDS = {"template_id", "personalisation", "reference", "scheduled_for"}
_OWN_FIELDS = {
    "sms": {"phone_number", "sms_sender_id"},
    "email": {
        "email_address",
        "email_reply_to_id",
        "one_click_unsubscribe_url",
        "sanitise_content_for",
    },
}


@dataclass(frozen=True)
class PostForm:
    """A well-formed request to send; `sender_id` names an sms sender or a reply-to address."""

    recipient: str
    template_id: str
    personalisation: Mapping[str, object]
    reference: str | None
    sender_id: str | None


@dataclass(frozen=True)
class ListForm:
    """A well-formed query for a page of messages."""

    statuses: tuple[str, ...]
    template_types: tuple[str, ...]
    reference: str | None
    older_than: str | None


def parse_json(body: bytes) -> object:
    """The parsed body; raises ApiError 400 when it is no JSON."""
    try:
        parsed: object = json.loads(body)
    except ValueError as error:
        raise bad_request("Invalid JSON supplied in POST data") from error
    return parsed


def parse_post(body: bytes, channel: Channel) -> PostForm:
    """Check a request to send; raises ApiError 400 with one message for each wrong field."""
    form = parse_json(body)
    if not isinstance(form, dict):
        raise validation_error(_wrong_type(form, "object"))
    recipient_field = _RECIPIENT_FIELD[channel]
    sender_field = "sms_sender_id" if channel == "sms" else "email_reply_to_id"
    problems = [
        *_missing_and_unknown(form, recipient_field, _SHARED_FIELDS | _OWN_FIELDS[channel]),
        *_recipient_problems(form, recipient_field),
        *_identifier_problems(form, ("template_id", sender_field)),
        *_reference_problems(form),
        *_personalisation_problems(form),
        *_schedule_problems(form.get("scheduled_for")),
    ]
    if problems:
        raise validation_error(problems)
    return PostForm(
        recipient=form[recipient_field],
        template_id=str(UUID(form["template_id"])),
        personalisation=form.get("personalisation", {}),
        reference=form.get("reference"),
        sender_id=form.get(sender_field),
    )


def parse_list_query(query: QueryParams) -> ListForm:
    """Check the query of a list of messages; raises ApiError 400."""
    known = {"status", "template_type", "reference", "older_than", "include_jobs"}
    unknown = [name for name in query if name not in known]
    problems = _unexpected(unknown)
    problems += [
        f"{name} {value} is not one of [{', '.join(allowed)}]"
        for name, allowed in (("status", STATUSES), ("template_type", TEMPLATE_TYPES))
        for value in query.getlist(name)
        if value not in allowed
    ]
    older_than = query.get("older_than")
    if older_than is not None and not is_uuid(older_than):
        problems.append("older_than is not a valid UUID")
    if problems:
        raise validation_error(problems)
    return ListForm(
        statuses=tuple(query.getlist("status")),
        template_types=tuple(query.getlist("template_type")),
        reference=query.get("reference"),
        older_than=older_than,
    )


def is_uuid(text: object) -> bool:
    """Whether the text can be read as a UUID."""
    try:
        UUID(str(text))
    except ValueError:
        return False
    return True


def _missing_and_unknown(form: dict[str, object], recipient: str, known: set[str]) -> list[str]:
    missing = [name for name in (recipient, "template_id") if name not in form]
    return [f"{name} is a required property" for name in missing] + _unexpected(
        [name for name in form if name not in known]
    )


def _unexpected(names: list[str]) -> list[str]:
    if not names:
        return []
    verb = "was" if len(names) == 1 else "were"
    return [f"Additional properties are not allowed ({', '.join(names)} {verb} unexpected)"]


def _recipient_problems(form: dict[str, object], field: str) -> list[str]:
    if field not in form:
        return []
    value = form[field]
    if not isinstance(value, str):
        return [f"{field} {_wrong_type(value, 'string')}"]
    try:
        parse_phone_number(value) if field == "phone_number" else parse_email_address(value)
    except InvalidRecipient as problem:
        return [f"{field} {problem}"]
    return []


def _identifier_problems(form: dict[str, object], names: tuple[str, ...]) -> list[str]:
    given = [name for name in names if name in form]
    return [f"{name} is not a valid UUID" for name in given if not is_uuid(form[name])]


def _reference_problems(form: dict[str, object]) -> list[str]:
    reference = form.get("reference", "")
    if not isinstance(reference, str):
        return [f"reference {_wrong_type(reference, 'string')}"]
    return [f"reference {reference} is too long"] if len(reference) > REFERENCE_LIMIT else []


def _personalisation_problems(form: dict[str, object]) -> list[str]:
    personalisation = form.get("personalisation", {})
    if isinstance(personalisation, dict):
        return []
    return [f"personalisation {_wrong_type(personalisation, 'object')}"]


def _schedule_problems(value: object) -> list[str]:
    """A schedule is checked like this and then not honoured."""
    if value is None:
        return []
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return ["scheduled_for datetime format is invalid. It must be a valid ISO8601 date time"]
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    now = datetime.now(UTC)
    if moment < now:
        return ["scheduled_for datetime can not be in the past"]
    if moment > now + timedelta(hours=24):
        return ["scheduled_for datetime can only be 24 hours in the future"]
    return []


def _wrong_type(value: object, expected: str) -> str:
    return f"{value!r} is not of type {expected}".replace("'", "")
