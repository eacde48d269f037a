"""How a message ends and how long that takes, decided from a seed and the message alone.

So the same messages end the same way in every run. Changing statuses lives in `lifecycle.py`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from simulation.notify.registry import Channel, KeyType, Service

FINAL_STATUSES = frozenset(
    {"delivered", "permanent-failure", "temporary-failure", "technical-failure", "sent"}
)
OUTCOMES = FINAL_STATUSES | {"created", "sending", "pending"}

_TEST_OUTCOMES = {
    "447700900003": "temporary-failure",
    "447700900002": "permanent-failure",
    "temp-fail@simulator.notify": "temporary-failure",
    "perm-fail@simulator.notify": "permanent-failure",
}


@dataclass
class Outcomes:
    """Shares of failures, and recipients whose outcome is fixed.

    A recipient that fails permanently always does, as a dead number would; a temporary failure
    belongs to one text to one recipient. `fixed` holds recipients set through the admin surface.
    """

    seed: int
    permanent_share: float = 0.02
    temporary_share: float = 0.01
    pending_share: float = 0.05
    fixed: dict[str, str] = field(default_factory=dict)

    def final_status(
        self, service: Service, key_type: KeyType, *, recipient: str, text: str, is_abroad: bool
    ) -> str:
        """The status this message will end in, or stay in when it is not a final one."""
        if key_type == "test":
            return _TEST_OUTCOMES.get(recipient, "delivered")
        fixed = self.fixed.get(recipient) or service.fixed_outcomes.get(recipient)
        if fixed:
            return fixed
        if self._share("permanent", recipient) < self.permanent_share:
            return "permanent-failure"
        if self._share("temporary", recipient, text) < self.temporary_share:
            return "temporary-failure"
        return "sent" if is_abroad else "delivered"

    def is_pending_first(self, channel: Channel, notification_id: str) -> bool:
        """Whether a text message waits in `pending` before it ends; emails never do."""
        return channel == "sms" and self._share("pending", notification_id) < self.pending_share

    def delay_factor(self, notification_id: str) -> float:
        """Between 0.5 and 1.5 of the usual delay."""
        return 0.5 + self._share("delay", notification_id)

    def _share(self, *parts: str) -> float:
        digest = hashlib.blake2b("\x1f".join((str(self.seed), *parts)).encode(), digest_size=8)
        return int.from_bytes(digest.digest()) / 2**64
