"""What happens to accepted messages: statuses over time, and the receipts they cause.

Posting the receipts lives in `callbacks.py`.
"""

from __future__ import annotations

import json
import time
from typing import Literal

from simulation.notify.clock import as_text
from simulation.notify.faults import RECEIPT
from simulation.notify.outcomes import FINAL_STATUSES
from simulation.notify.standin import Standin
from simulation.notify.store import CallbackDraft, Notification, StatusChange

RECEIPT_KIND = "receipt"
_BATCH = 1000
_RECEIPTED = FINAL_STATUSES - {"sent"}
_OUT_OF_ORDER_SECONDS = 0.5


def advance(standin: Standin) -> int:
    """Move every message that is due by one status; returns how many there were."""
    rows = standin.store.due(now=time.time(), limit=_BATCH)
    if not rows:
        return 0
    changes, callbacks = [], []
    for row in rows:
        change = _next_change(standin, row)
        changes.append(change)
        if change.status in _RECEIPTED:
            callbacks += _receipts(standin, row, change)
    standin.store.apply(changes, callbacks)
    return len(rows)


def _next_change(standin: Standin, row: Notification) -> StatusChange:
    """created, sending, sometimes pending, then the final status."""
    now, due = standin.clock.now(), row.next_at or time.time()
    delay = standin.settings.delivery_delay_ms / 1000 * standin.outcomes.delay_factor(row.id)
    if row.status == row.final_status:
        return StatusChange(row.status, row.sent_at, row.completed_at, None, row.id)
    if row.status == "created":
        return StatusChange("sending", now, None, due + delay, row.id)
    if row.status == "sending" and standin.outcomes.is_pending_first(_channel(row), row.id):
        return StatusChange("pending", row.sent_at, None, due + delay, row.id)
    is_final = row.final_status in FINAL_STATUSES
    return StatusChange(row.final_status, row.sent_at, now if is_final else None, None, row.id)


def _channel(row: Notification) -> Literal["sms", "email"]:
    return "sms" if row.channel == "sms" else "email"


def _receipts(standin: Standin, row: Notification, change: StatusChange) -> list[CallbackDraft]:
    """The receipts of a final status: one, unless a fault says none, two, late or disordered."""
    service = standin.registry.services.get(row.service)
    if service is None or service.callback is None or service.callback.receipts_url is None:
        return []
    fault = standin.faults.take(RECEIPT, row.service)
    kind = fault.kind if fault else None
    if kind == "callback-never":
        return []
    now = time.time()
    due = now + fault.seconds if fault and kind == "callback-late" else now
    final = CallbackDraft(row.service, RECEIPT_KIND, _receipt_body(row, change), due)
    if kind == "callback-duplicate":
        return [final, final]
    if kind == "callback-out-of-order":
        earlier = StatusChange("sending", row.sent_at, None, None, row.id)
        body = _receipt_body(row, earlier)
        late = CallbackDraft(row.service, RECEIPT_KIND, body, now + _OUT_OF_ORDER_SECONDS)
        return [final, late]
    return [final]


def _receipt_body(row: Notification, change: StatusChange) -> str:
    return json.dumps(
        {
            "id": row.id,
            "reference": row.reference,
            "to": row.recipient,
            "status": change.status,
            "created_at": as_text(row.created_at),
            "completed_at": as_text(change.completed_at),
            "sent_at": as_text(change.sent_at),
            "notification_type": row.channel,
            "template_id": row.template_id,
            "template_version": row.template_version,
        }
    )
