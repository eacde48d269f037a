"""POST /v2/notifications/sms and /email: checks a request, stores the message, answers 201.

What happens to the message afterwards lives in `lifecycle.py`.
"""

from __future__ import annotations

import time
from dataclasses import replace
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulation.notify.api_errors import (
    ApiError,
    auth_error,
    bad_request,
    daily_limit_reached,
    internal_error,
    rate_limited,
)
from simulation.notify.authentication import Caller
from simulation.notify.connection import Hang, Reset
from simulation.notify.faults import ARRIVAL, COMMIT, Fault
from simulation.notify.recipients import (
    SMOKE_ADDRESSES,
    SMOKE_NUMBERS,
    parse_email_address,
    parse_phone_number,
)
from simulation.notify.registry import Channel, Service, Template
from simulation.notify.rendering import fill, missing
from simulation.notify.request_forms import PostForm, parse_post
from simulation.notify.sms_text import CHARACTER_LIMIT, fragment_count, handset_text
from simulation.notify.standin import Standin, standin_of
from simulation.notify.store import Notification

_TRIAL_MODE = (
    "Can't send to this recipient when service is in trial mode"
    " - see https://www.notifications.service.gov.uk/trial-mode"
)


async def post_sms(request: Request) -> Response:
    """Accept a text message."""
    return await _post(request, "sms")


async def post_email(request: Request) -> Response:
    """Accept an email."""
    return await _post(request, "email")


async def _post(request: Request, channel: Channel) -> Response:
    standin = standin_of(request)
    caller = standin.caller(request)
    _strike_on_arrival(standin, caller, channel)
    form = parse_post(await request.body(), channel)
    standin.rate_limit.check(caller.service, caller.key.type)
    standin.daily_limit.check(caller.service, caller.key.type, channel)
    template = _template(standin, caller.service, form, channel)
    row = _draft(standin, caller, form, template)
    answer = JSONResponse(_created(row, caller.service, str(request.base_url)), status_code=201)
    if row.recipient_key in SMOKE_NUMBERS or row.recipient_key in SMOKE_ADDRESSES:
        return answer
    fault = standin.faults.take(COMMIT, caller.service.id)
    if fault:
        return _misbehave(standin, caller, row, fault)
    _commit(standin, caller, row)
    return answer


def _commit(standin: Standin, caller: Caller, row: Notification) -> None:
    standin.store.insert(row)
    standin.daily_limit.count(caller.service, caller.key.type, _channel(row.channel))


def _misbehave(standin: Standin, caller: Caller, row: Notification, fault: Fault) -> Response:
    """Store the row or not, now or later, and answer with anything but 201."""
    if fault.kind == "late-commit":
        appears_at = row.stored_at + fault.seconds
        _commit(standin, caller, replace(row, stored_at=appears_at, next_at=appears_at))
        return _no_answer(fault.answer, fault.seconds)
    answer, _, moment = fault.kind.partition("-")
    if moment == "after-commit":
        _commit(standin, caller, replace(row, next_at=row.stored_at + fault.requeue_seconds))
    return _no_answer(answer, fault.seconds)


def _no_answer(answer: str, seconds: float) -> Response:
    if answer == "timeout":
        return Hang(seconds)
    if answer == "reset":
        return Reset()
    raise internal_error()


def _strike_on_arrival(standin: Standin, caller: Caller, channel: Channel) -> None:
    fault = standin.faults.take(ARRIVAL, caller.service.id)
    if fault is None:
        return
    if fault.kind == "403":
        raise auth_error("Invalid token: API key not found")
    if fault.kind == "429":
        limit = standin.rate_limit.per_minute
        raise rate_limited(key_type=caller.key.type, limit=limit)
    service = caller.service
    limit = service.sms_daily_limit if channel == "sms" else service.email_daily_limit
    raise daily_limit_reached(channel=channel, limit=limit)


def _template(standin: Standin, service: Service, form: PostForm, channel: Channel) -> Template:
    """The template, once it is sure that it can be sent with this request."""
    template = standin.registry.template(service.id, form.template_id)
    if template is None:
        raise bad_request("Template not found")
    if template.type != channel:
        message = f"{template.type} template is not suitable for {channel} notification"
        raise bad_request(message)
    needed = missing(f"{template.subject or ''}\n{template.body}", form.personalisation)
    if needed:
        raise bad_request(f"Missing personalisation: {', '.join(needed)}")
    if form.sender_id:
        field = "sms_sender_id" if channel == "sms" else "email_reply_to_id"
        where = f"does not exist in database for service id {service.id}"
        raise bad_request(f"{field} {form.sender_id} {where}")
    return template


def _draft(standin: Standin, caller: Caller, form: PostForm, template: Template) -> Notification:
    """The row as it would be stored; raises ApiError 400."""
    service, now = caller.service, time.time()
    channel = _channel(template.type)
    recipient_key, is_abroad = _recipient(caller, form, channel)
    body = fill(template.body, form.personalisation).strip()
    _check_length(body, channel)
    prefix = service.name if service.prefixes_sms else None
    shown = handset_text(body, prefix=prefix) if channel == "sms" else body
    subject = fill(template.subject, form.personalisation) if template.subject else None
    return Notification(
        id=str(uuid4()),
        service=service.id,
        key_type=caller.key.type,
        channel=channel,
        recipient=form.recipient,
        recipient_key=recipient_key,
        reference=form.reference,
        template_id=template.id,
        template_version=template.version,
        subject=subject,
        body=body,
        shown=shown,
        fragments=fragment_count(shown) if channel == "sms" else 0,
        status="created",
        final_status=standin.outcomes.final_status(
            service, caller.key.type, recipient=recipient_key, text=body, is_abroad=is_abroad
        ),
        created_at=now + standin.clock.offset_seconds,
        sent_at=None,
        completed_at=None,
        stored_at=now,
        next_at=now,
    )


def _recipient(caller: Caller, form: PostForm, channel: Channel) -> tuple[str, bool]:
    """The recipient in its one normal form, and whether it is a number abroad."""
    service = caller.service
    is_abroad = False
    if channel == "sms":
        number = parse_phone_number(form.recipient)
        recipient, is_abroad = number.digits, number.is_international
        if is_abroad and not service.allows_international:
            raise bad_request("Cannot send to international mobile numbers")
    else:
        recipient = parse_email_address(form.recipient)
    _check_audience(caller, recipient)
    return recipient, is_abroad


def _check_audience(caller: Caller, recipient: str) -> None:
    is_smoke = recipient in SMOKE_NUMBERS or recipient in SMOKE_ADDRESSES
    if caller.key.type == "test" or is_smoke or recipient in caller.service.guest_list:
        return
    if caller.key.type == "team":
        raise bad_request("Can't send to this recipient using a team-only API key")
    if caller.service.is_trial:
        raise bad_request(_TRIAL_MODE)


def _check_length(body: str, channel: Channel) -> None:
    if not body:
        raise bad_request("Your message is empty.")
    if channel == "email":
        size = len(body.encode("utf-8", "replace"))
        if size > 2_000_000:
            message = f"Emails cannot be longer than 2000000 bytes. Your message is {size} bytes."
            raise bad_request(message)
        return
    length = len(handset_text(body, prefix=None))
    if length > CHARACTER_LIMIT:
        raise ApiError(
            400,
            "BadRequestError",
            f"Text messages cannot be longer than {CHARACTER_LIMIT} characters."
            f" Your message is {length} characters long.",
        )


def _created(row: Notification, service: Service, root: str) -> dict[str, object]:
    content: dict[str, object] = {"body": row.body, "from_number": service.sms_sender}
    if row.channel == "email":
        content = {"body": row.body, "subject": row.subject, "from_email": service.address}
    return {
        "id": row.id,
        "reference": row.reference,
        "content": content,
        "uri": f"{root}v2/notifications/{row.id}",
        "template": {
            "id": row.template_id,
            "version": row.template_version,
            "uri": f"{root}services/{service.id}/templates/{row.template_id}",
        },
        "scheduled_for": None,
    }


def _channel(text: str) -> Channel:
    return "sms" if text == "sms" else "email"
