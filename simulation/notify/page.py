"""GET /: the messages a person would have received, as conversations, for people to look at.

Same data as JSON: `/_standin/messages`. The layout lives in `conversations.html`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from simulation.notify.ledger import Filter, ReceivedText
from simulation.notify.standin import Standin, standin_of
from simulation.notify.store import Notification

MESSAGES_A_PAGE = 100
REFRESH_CHOICES = (5, 10, 30, 60)
STATUS_WORDS = {
    "created": "Accepted, not yet with the network",
    "sending": "With the network",
    "pending": "Pending at the network",
    "sent": "Sent abroad",
    "delivered": "Delivered",
    "permanent-failure": "Not delivered: no such recipient",
    "temporary-failure": "Not delivered: could not be reached",
    "technical-failure": "Not delivered: fault at the provider",
}
_LONDON = ZoneInfo("Europe/London")
_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
)


@dataclass(frozen=True)
class Bubble:
    """One message as shown; `is_received` is one that the person sent."""

    at: datetime
    sender: str
    title: str
    subject: str | None
    text: str
    language: str
    status: str
    outcome: str
    fragments: int
    is_received: bool = False

    @property
    def shown_at(self) -> str:
        """The time as people in England write it."""
        local = self.at.astimezone(_LONDON)
        return f"{local.day} {local:%B %Y, %H:%M:%S}"


@dataclass(frozen=True)
class Conversation:
    """All shown messages of one recipient, newest first."""

    recipient: str
    channel: str
    bubbles: tuple[Bubble, ...]


async def conversations(request: Request) -> Response:
    """The newest messages by recipient; filters: force, channel, status, before, refresh."""
    standin = standin_of(request)
    chosen = {name: request.query_params.get(name, "") for name in ("force", "channel", "status")}
    before = request.query_params.get("before")
    rows = standin.ledger.page(_filter(standin, chosen, before), size=MESSAGES_A_PAGE)
    shows_texts = not (before or chosen["status"] or chosen["channel"] == "email")
    texts = _texts(standin, chosen) if shows_texts else []
    refresh = request.query_params.get("refresh", "")
    older = {**chosen, "before": rows[-1].id} if len(rows) == MESSAGES_A_PAGE else None
    page = _PAGES.get_template("conversations.html").render(
        conversations=_grouped(standin, rows, texts),
        message_count=len(rows) + len(texts),
        forces=sorted((each.force, each.name) for each in standin.registry.services.values()),
        statuses=STATUS_WORDS,
        chosen=chosen,
        refresh=int(refresh) if refresh in map(str, REFRESH_CHOICES) else None,
        refresh_choices=REFRESH_CHOICES,
        older_link=f"/?{urlencode(older)}" if older else None,
    )
    return HTMLResponse(page, headers={"content-security-policy": _POLICY})


_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'"


def _filter(standin: Standin, chosen: dict[str, str], before: str | None) -> Filter:
    service = standin.registry.find(chosen["force"])
    return Filter(
        service=service.id if service else None,
        channels=(chosen["channel"],) if chosen["channel"] in ("sms", "email") else (),
        statuses=(chosen["status"],) if chosen["status"] in STATUS_WORDS else (),
        before=before,
    )


def _texts(standin: Standin, chosen: dict[str, str]) -> list[ReceivedText]:
    service = standin.registry.find(chosen["force"])
    return standin.ledger.received_texts(service.id if service else None, size=MESSAGES_A_PAGE)


def _grouped(
    standin: Standin, rows: Iterable[Notification], texts: Iterable[ReceivedText]
) -> list[Conversation]:
    """Conversations with the newest message first, and so are the messages in each."""
    found: dict[tuple[str, str], list[Bubble]] = {}
    for row in rows:
        found.setdefault((row.recipient_key, row.channel), []).append(_sent(standin, row))
    for text in texts:
        found.setdefault((text.user_number, "sms"), []).append(_received(standin, text))
    made = [
        Conversation(
            _readable(recipient, channel), channel, tuple(sorted(bubbles, key=_newest_first))
        )
        for (recipient, channel), bubbles in found.items()
    ]
    return sorted(made, key=lambda each: _newest_first(each.bubbles[0]))


def _newest_first(bubble: Bubble) -> float:
    return -bubble.at.timestamp()


def _sent(standin: Standin, row: Notification) -> Bubble:
    service = standin.registry.services.get(row.service)
    template = standin.registry.template_version(row.service, row.template_id, row.template_version)
    return Bubble(
        at=datetime.fromtimestamp(row.created_at, UTC),
        sender=service.name if service else "A service that is no longer known",
        title=template.name if template else "",
        subject=row.subject,
        text=row.shown,
        language=template.language if template else "en",
        status=row.status,
        outcome=STATUS_WORDS.get(row.status, row.status),
        fragments=row.fragments,
    )


def _received(standin: Standin, text: ReceivedText) -> Bubble:
    service = standin.registry.services.get(text.service)
    return Bubble(
        at=datetime.fromtimestamp(text.created_at, UTC),
        sender="This person",
        title=f"to {service.name}" if service else "",
        subject=None,
        text=text.content,
        language="",
        status="received",
        outcome="Received from the person",
        fragments=0,
        is_received=True,
    )


def _readable(recipient: str, channel: str) -> str:
    """447700900123 as 07700 900123; anything else as it is."""
    if channel == "sms" and recipient.startswith("447") and len(recipient) == 12:
        return f"0{recipient[2:6]} {recipient[6:]}"
    return f"+{recipient}" if channel == "sms" else recipient
