"""The admin surface under /_standin/: counts for the judge, faults, inbound texts, reset.

No authentication: the process listens on the loopback address only. Not part of the real API.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulation.notify.api_errors import ApiError, not_found, validation_error
from simulation.notify.callbacks import RECEIVED_TEXT_KIND
from simulation.notify.clock import as_text
from simulation.notify.faults import EVERY_SERVICE
from simulation.notify.ledger import Filter, ReceivedText
from simulation.notify.outcomes import OUTCOMES
from simulation.notify.reading import serialise
from simulation.notify.recipients import (
    InvalidRecipient,
    parse_email_address,
    parse_phone_number,
)
from simulation.notify.registry import Service
from simulation.notify.request_forms import parse_json
from simulation.notify.standin import Standin, standin_of
from simulation.notify.store import CallbackDraft, Notification


async def health(_: Request) -> Response:
    """That it runs, and as which process."""
    return JSONResponse({"status": "ok", "pid": os.getpid()})


async def counts(request: Request) -> Response:
    """Counts for each force and in all; `?service=` (id or force) for one only."""
    standin = standin_of(request)
    wanted = request.query_params.get("service")
    services = [_service(standin, wanted)] if wanted else standin.registry.services.values()
    forces = {each.force: standin.ledger.counts(each.id) for each in services}
    names = ("rows", "distinct_references", "doubled_references", "surplus_rows")
    totals = {name: sum(_number(each[name]) for each in forces.values()) for name in names}
    return JSONResponse({"forces": forces, "totals": totals})


async def references(request: Request) -> Response:
    """Rows by reference of one service, for finding what is lost and what is doubled."""
    standin = standin_of(request)
    service = _service(standin, request.query_params.get("service"))
    rows = standin.ledger.references(service.id)
    return JSONResponse({"force": service.force, "references": rows})


async def messages(request: Request) -> Response:
    """Stored messages, newest first.

    Filters: service (id or force), channel, status, reference, recipient, before (id), limit.
    """
    standin = standin_of(request)
    query = request.query_params
    service = _service(standin, query["service"]) if "service" in query else None
    wanted = Filter(
        service=service.id if service else None,
        channels=tuple(query.getlist("channel")),
        statuses=tuple(query.getlist("status")),
        reference=query.get("reference"),
        recipient=recipient_key(query["recipient"]) if "recipient" in query else None,
        before=query.get("before"),
    )
    size = int(query["limit"]) if query.get("limit", "").isdigit() else 250
    rows = standin.ledger.page(wanted, size=size)
    root = str(request.base_url)
    return JSONResponse({"messages": [_shown(standin, row, root) for row in rows]})


async def faults(request: Request) -> Response:
    """GET shows the fault plan, POST adds a fault or `{"faults": [...]}`, DELETE clears it."""
    standin = standin_of(request)
    if request.method == "DELETE":
        standin.faults.clear()
    if request.method == "POST":
        form = await _form(request)
        entries = form.get("faults", [form])
        if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
            raise validation_error("faults is not a list of objects")
        try:
            standin.faults.plan([_with_service_id(standin, entry) for entry in entries])
        except (TypeError, ValueError) as error:
            raise validation_error(str(error)) from error
    return JSONResponse({"faults": standin.faults.describe()})


async def inbound_text(request: Request) -> Response:
    """A person sends a text: {"service", "phone_number", "content"}; posted to the service."""
    standin = standin_of(request)
    form = await _form(request)
    service = _service(standin, form.get("service"))
    text = ReceivedText(
        id=str(uuid4()),
        service=service.id,
        user_number=recipient_key(str(form.get("phone_number", ""))),
        content=str(form.get("content", "")),
        created_at=standin.clock.now(),
    )
    standin.ledger.add_received_text(text)
    if service.callback and service.callback.received_texts_url:
        draft = CallbackDraft(service.id, RECEIVED_TEXT_KIND, _received_body(text, service), 0.0)
        standin.store.apply([], [draft])
    return JSONResponse({"id": text.id}, status_code=201)


async def outcome(request: Request) -> Response:
    """Fix how messages to a recipient end: {"recipient", "status"}."""
    standin = standin_of(request)
    form = await _form(request)
    key, status = recipient_key(str(form.get("recipient", ""))), str(form.get("status", ""))
    if status not in OUTCOMES:
        raise validation_error(f"status is not one of [{', '.join(sorted(OUTCOMES))}]")
    standin.store.fix_outcome(key, status)
    standin.outcomes.fixed[key] = status
    return JSONResponse({"recipient": key, "status": status}, status_code=201)


async def clock(request: Request) -> Response:
    """GET shows the stand-in's time, POST {"offset_seconds"} sets how far it is ahead."""
    standin = standin_of(request)
    if request.method == "POST":
        offset = (await _form(request)).get("offset_seconds")
        if not isinstance(offset, int | float):
            raise validation_error("offset_seconds is not of type number")
        standin.clock.offset_seconds = float(offset)
    now = as_text(standin.clock.now())
    return JSONResponse({"now": now, "offset_seconds": standin.clock.offset_seconds})


async def reset(request: Request) -> Response:
    """Forget messages, callbacks, received texts, fixed outcomes, faults and limits."""
    standin = standin_of(request)
    standin.store.reset()
    standin.faults.clear()
    standin.outcomes.fixed.clear()
    standin.rate_limit.refill()
    standin.daily_limit.start(standin.clock.today(), {})
    return JSONResponse({"status": "reset"})


def recipient_key(text: str) -> str:
    """A phone number or an email address in the form that messages are found by."""
    try:
        return parse_email_address(text) if "@" in text else parse_phone_number(text).digits
    except InvalidRecipient as problem:
        raise validation_error(f"recipient {problem}") from problem


ROUTES = [
    Route("/_standin/health", health),
    Route("/_standin/counts", counts),
    Route("/_standin/references", references),
    Route("/_standin/messages", messages),
    Route("/_standin/faults", faults, methods=["GET", "POST", "DELETE"]),
    Route("/_standin/inbound-text", inbound_text, methods=["POST"]),
    Route("/_standin/outcomes", outcome, methods=["POST"]),
    Route("/_standin/clock", clock, methods=["GET", "POST"]),
    Route("/_standin/reset", reset, methods=["POST"]),
]


async def _form(request: Request) -> dict[str, object]:
    form = parse_json(await request.body() or b"{}")
    if not isinstance(form, dict):
        raise validation_error("body is not of type object")
    return form


def _service(standin: Standin, name: object) -> Service:
    service = standin.registry.find(str(name))
    if service is None:
        raise not_found() if name else ApiError(400, "ValidationError", "service is required")
    return service


def _with_service_id(standin: Standin, entry: Mapping[str, object]) -> dict[str, object]:
    name = entry.get("service", EVERY_SERVICE)
    return {**entry, "service": name if name == EVERY_SERVICE else _service(standin, name).id}


def _shown(standin: Standin, row: Notification, root: str) -> dict[str, object]:
    service = standin.registry.services.get(row.service)
    extra = {
        "force": service.force if service else None,
        "shown": row.shown,
        "fragments": row.fragments,
        "key_type": row.key_type,
    }
    return {**serialise(row, root), **extra}


def _received_body(text: ReceivedText, service: Service) -> str:
    return json.dumps(
        {
            "id": text.id,
            "source_number": text.user_number,
            "destination_number": service.sms_sender,
            "message": text.content,
            "date_received": as_text(text.created_at),
        }
    )


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
