"""GET /v2/notifications and /v2/received-text-messages: what was accepted and how it stands.

Templates live in `template_api.py`.
"""

from __future__ import annotations

import time
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulation.notify.api_errors import internal_error, not_found, validation_error
from simulation.notify.authentication import Caller
from simulation.notify.clock import as_text
from simulation.notify.faults import READ
from simulation.notify.ledger import SECONDS_A_DAY, Filter, ReceivedText
from simulation.notify.request_forms import is_uuid, parse_list_query
from simulation.notify.standin import Standin, standin_of
from simulation.notify.store import Notification

PAGE_SIZE = 250
SMS_RATE_IN_POUNDS = 0.0233
_FAILURES = ("technical-failure", "temporary-failure", "permanent-failure")


async def get_notification(request: Request) -> Response:
    """One message of the caller's service, whatever the type of key."""
    standin = standin_of(request)
    caller = standin.caller(request)
    notification_id = request.path_params["notification_id"]
    if not is_uuid(notification_id):
        raise validation_error("notification_id is not a valid UUID")
    until = _visible_until(standin, caller)
    row = standin.ledger.find(caller.service.id, str(UUID(notification_id)), until=until)
    if row is None or row.created_at < _oldest(standin):
        raise not_found()
    return JSONResponse(serialise(row, str(request.base_url)))


async def get_notifications(request: Request) -> Response:
    """A page of messages sent with keys of the caller's type, newest first."""
    standin = standin_of(request)
    caller = standin.caller(request)
    query = parse_list_query(request.query_params)
    statuses = tuple(
        each for one in query.statuses for each in (_FAILURES if one == "failed" else (one,))
    )
    wanted = Filter(
        service=caller.service.id,
        key_type=caller.key.type,
        channels=query.template_types,
        statuses=statuses,
        reference=query.reference,
        before=query.older_than,
        stored_until=_visible_until(standin, caller),
        created_since=_oldest(standin),
    )
    rows = standin.ledger.page(wanted, size=PAGE_SIZE)
    root = str(request.base_url)
    last = rows[-1].id if rows else None
    return JSONResponse(
        {
            "notifications": [serialise(row, root) for row in rows],
            "links": _links(request, "v2/notifications", last),
        }
    )


async def get_received_texts(request: Request) -> Response:
    """A page of texts that people sent to the caller's service, newest first."""
    standin = standin_of(request)
    caller = standin.caller(request)
    texts = standin.ledger.received_texts(
        caller.service.id, size=PAGE_SIZE, older_than=request.query_params.get("older_than")
    )
    last = texts[-1].id if texts else None
    return JSONResponse(
        {
            "received_text_messages": [_received(text, caller) for text in texts],
            "links": _links(request, "v2/received-text-messages", last),
        }
    )


def serialise(row: Notification, root: str) -> dict[str, object]:
    """A message as the API shows it; `root` is the address of the API with a slash."""
    is_sms = row.channel == "sms"
    lines: dict[str, object] = {f"line_{number}": None for number in range(1, 8)}
    return {
        "id": row.id,
        "reference": row.reference,
        "email_address": None if is_sms else row.recipient,
        "phone_number": row.recipient if is_sms else None,
        **lines,
        "postcode": None,
        "postage": None,
        "type": row.channel,
        "status": row.status,
        "template": {
            "id": row.template_id,
            "version": row.template_version,
            "uri": f"{root}v2/template/{row.template_id}/version/{row.template_version}",
        },
        "body": row.body,
        "subject": row.subject,
        "created_at": as_text(row.created_at),
        "created_by_name": None,
        "sent_at": as_text(row.sent_at),
        "completed_at": as_text(row.completed_at),
        "scheduled_for": None,
        "one_click_unsubscribe": None,
        **_cost(row),
    }


def _cost(row: Notification) -> dict[str, object]:
    if row.channel == "email":
        return {"is_cost_data_ready": True, "cost_in_pounds": 0.0, "cost_details": {}}
    details = {
        "billable_sms_fragments": row.fragments,
        "international_rate_multiplier": 1.0,
        "sms_rate": SMS_RATE_IN_POUNDS,
    }
    is_ready = row.status != "created"
    cost = round(row.fragments * SMS_RATE_IN_POUNDS, 4) if is_ready else None
    return {
        "is_cost_data_ready": is_ready,
        "cost_in_pounds": cost,
        "cost_details": details if is_ready else {},
    }


def _received(text: ReceivedText, caller: Caller) -> dict[str, object]:
    return {
        "id": text.id,
        "created_at": as_text(text.created_at),
        "service_id": text.service,
        "notify_number": caller.service.sms_sender,
        "user_number": text.user_number,
        "content": text.content,
    }


def _links(request: Request, path: str, last: str | None) -> dict[str, str]:
    """`current` always, `next` as long as this page was not empty."""
    here = f"{request.base_url}{path}"
    query = [(name, value) for name, value in request.query_params.multi_items()]
    links = {"current": f"{here}?{urlencode(query)}" if query else here}
    if last:
        following = [(name, value) for name, value in query if name != "older_than"]
        links["next"] = f"{here}?{urlencode([*following, ('older_than', last)])}"
    return links


def _visible_until(standin: Standin, caller: Caller) -> float:
    """Rows stored later than this are not seen, because of a fault or because it is now."""
    fault = standin.faults.take(READ, caller.service.id)
    if fault and fault.kind == "get-500":
        raise internal_error()
    return time.time() - (fault.seconds if fault else 0.0)


def _oldest(standin: Standin) -> float:
    return standin.clock.now() - standin.settings.retention_days * SECONDS_A_DAY
