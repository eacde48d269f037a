"""What GOV.UK Notify posts to us, read into rows of the inbox.

Only what is needed is kept: a receipt's `to` (the recipient) never enters the database.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

LONGEST_BODY = 64 * 1024
LONGEST_TEXT = 5000

Row = dict[str, object]


class UnreadablePayload(ValueError):
    """The body is not what GOV.UK Notify documents; names the field, never its value."""


def read_receipt(body: bytes, force: str) -> Row:
    """A row of inbox.receipt. An unknown status is kept: it may be new."""
    fields = _object(body)
    return {
        "provider_id": _uuid(fields, "id"),
        "reference": _text(fields.get("reference"), "reference"),
        "status": _required(fields, "status"),
        "occurred_at": _time(fields, "completed_at") or _time(fields, "sent_at"),
        "force": force,
    }


def read_inbound_text(body: bytes, force: str) -> Row:
    """A row of inbox.inbound_text."""
    fields = _object(body)
    return {
        "provider_id": _uuid(fields, "id"),
        "source_number": _required(fields, "source_number"),
        "body": _text(fields.get("message"), "message") or "",
        "sent_at": _time(fields, "date_received"),
        "force": force,
    }


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadablePayload("the body is not JSON") from error
    if not isinstance(fields, dict):
        raise UnreadablePayload("the body is not a JSON object")
    return fields


def _uuid(fields: Mapping[str, Any], name: str) -> UUID:
    try:
        return UUID(_required(fields, name))
    except ValueError as error:
        raise UnreadablePayload(f"{name} is not a UUID") from error


def _required(fields: Mapping[str, Any], name: str) -> str:
    text = _text(fields.get(name), name)
    if not text:
        raise UnreadablePayload(f"{name} is missing")
    return text


def _text(value: object, name: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise UnreadablePayload(f"{name} is not a text")
    # PostgreSQL refuses NUL and lone surrogates; losing the receipt for one would be worse.
    clean = value.replace("\x00", "").encode("utf-8", errors="replace").decode("utf-8")
    return clean[:LONGEST_TEXT]


def _time(fields: Mapping[str, Any], name: str) -> datetime | None:
    text = _text(fields.get(name), name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        # A time that cannot be read is no reason to lose the status that came with it.
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
