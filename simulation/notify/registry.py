"""Services, API keys, templates and callbacks of the stand-in, as read from its services file.

Building that file from the force folders lives in `services.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

KeyType = Literal["normal", "team", "test"]
Channel = Literal["sms", "email"]


@dataclass(frozen=True)
class Template:
    """One version of a message template; placeholders are written ((name))."""

    id: str
    name: str
    type: str
    body: str
    subject: str | None = None
    version: int = 1
    language: str = "en"


@dataclass(frozen=True)
class ApiKey:
    """A signing secret; `type` decides who may be written to and whether anything is sent."""

    name: str
    type: KeyType
    secret: str
    is_revoked: bool = False


@dataclass(frozen=True)
class Callback:
    """Where the service wants delivery receipts and received texts posted to."""

    bearer_token: str
    receipts_url: str | None = None
    received_texts_url: str | None = None


@dataclass(frozen=True)
class Service:
    """One Notify service; in this product there is one for each force."""

    id: str
    name: str
    force: str
    api_keys: tuple[ApiKey, ...]
    templates: tuple[Template, ...]
    callback: Callback | None = None
    guest_list: tuple[str, ...] = ()
    is_trial: bool = False
    allows_international: bool = False
    prefixes_sms: bool = True
    sms_sender: str = "40604"
    sms_daily_limit: int = 250_000
    email_daily_limit: int = 250_000
    fixed_outcomes: Mapping[str, str] = field(default_factory=dict)

    def key(self, key_type: KeyType) -> str:
        """The key string a client is given: `{name}-{service uuid}-{secret uuid}`."""
        found = next(key for key in self.api_keys if key.type == key_type)
        return f"{found.name}-{self.id}-{found.secret}"

    @property
    def address(self) -> str:
        """The address that emails of this service come from."""
        return f"{self.force}@notifications.example.org"


class Registry:
    """All services by id and by force, and their templates by id and version."""

    def __init__(self, services: Iterable[Service]) -> None:
        self.services = {service.id: service for service in services}
        self._by_force = {service.force: service for service in self.services.values()}
        self._current: dict[tuple[str, str], Template] = {}
        self._versions: dict[tuple[str, str, int], Template] = {}
        for service in self.services.values():
            for template in sorted(service.templates, key=lambda each: each.version):
                self._current[service.id, template.id] = template
                self._versions[service.id, template.id, template.version] = template

    def find(self, service: str) -> Service | None:
        """A service by its id or by the name of its force."""
        return self.services.get(service) or self._by_force.get(service)

    def template(self, service_id: str, template_id: str) -> Template | None:
        """The newest version of a template, if that service has it."""
        return self._current.get((service_id, template_id))

    def template_version(self, service_id: str, template_id: str, version: int) -> Template | None:
        """One version of a template, if that service has it."""
        return self._versions.get((service_id, template_id, version))

    def templates(self, service_id: str) -> list[Template]:
        """The newest version of every template of a service."""
        return [each for (owner, _), each in self._current.items() if owner == service_id]


def read_services(path: Path) -> list[Service]:
    """Parse a services file; raises KeyError or TypeError when a field is missing or unknown."""
    document = json.loads(path.read_text(encoding="utf-8"))
    return [_service(entry) for entry in document["services"]]


def write_services(path: Path, services: Sequence[Service]) -> Path:
    """Write a services file that `read_services` reads back unchanged."""
    document = {"services": [asdict(service) for service in services]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def _service(entry: dict[str, Any]) -> Service:
    parts = dict(entry)
    callback = parts.pop("callback", None)
    return Service(
        api_keys=tuple(ApiKey(**key) for key in parts.pop("api_keys")),
        templates=tuple(Template(**template) for template in parts.pop("templates")),
        callback=Callback(**callback) if callback else None,
        guest_list=tuple(parts.pop("guest_list", ())),
        **parts,
    )
