"""The seam to whoever carries messages: what we hand over and what we can hear back.

The protocol's states do not live here, and no HTTP either: see `govuk_notify` for the real one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class Outcome(StrEnum):
    """What one attempt came to; the names are stored in dispatch.attempt."""

    ACCEPTED = "accepted"
    NOT_SENT = "not_sent"  # certainly never taken, may be tried again later
    TOO_LATE = "too_late"  # we did not post: too long after the last check
    REFUSED = "refused"  # certainly not taken, and trying again cannot help
    UNKNOWN = "unknown"  # may or may not have been taken


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """One message as the provider needs it. Its repr shows nothing personal."""

    message_id: UUID
    force: str
    reference: UUID
    channel: str
    template_id: UUID
    recipient: str = field(repr=False)
    personalisation: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the provider said to one attempt; `reason` never holds personal data."""

    outcome: Outcome
    http_status: int | None = None
    provider_id: UUID | None = None
    reason: str | None = None
    is_key_rejected: bool = False


@dataclass(frozen=True, kw_only=True)
class ProviderRow:
    """One message as the provider keeps it."""

    provider_id: UUID
    reference: str | None
    status: str
    occurred_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ReceivedText:
    """One text that a member of the public sent us."""

    provider_id: UUID
    source_number: str = field(repr=False)
    body: str = field(repr=False)
    sent_at: datetime | None


class Provider(Protocol):
    """One force's account. Instances are used by one thread at a time."""

    def send(self, message: Outgoing, *, deadline: float) -> Answer:
        """Make exactly one attempt, never later than `deadline` (time.monotonic)."""
        ...

    def find(self, reference: UUID) -> Sequence[ProviderRow]:
        """All rows with the reference, or `ProviderUnreachable` when that cannot be known."""
        ...

    def received_texts(self) -> Sequence[ReceivedText]:
        """The newest received texts, at most one page."""
        ...


class Providers(Protocol):
    """Gives the calling thread its own provider for a force."""

    def __call__(self, force: str) -> Provider: ...
