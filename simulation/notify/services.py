"""Builds the stand-in's services from the force folders: one service with its templates each.

Identifiers and secrets come from a seed, so every machine makes the same ones. They open nothing
but the stand-in.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid5

from simulation.notify.registry import ApiKey, Callback, KeyType, Service, Template

_NAMESPACE = UUID("6b3f5d0e-5d7e-5a0c-9a54-1d7c4a7d4f10")
_KEY_TYPES: tuple[KeyType, ...] = ("normal", "team", "test")


@dataclass(frozen=True)
class CallbackAddress:
    """Where callbacks go; `{force}` in an address becomes the name of the force."""

    receipts_url: str | None = None
    received_texts_url: str | None = None


def build_services(
    staging: Path,
    *,
    forces: Iterable[str] | None = None,
    callback: CallbackAddress | None = None,
    seed: int = 1,
) -> list[Service]:
    """A service for each force folder under `staging`, or for the named forces.

    Raises FileNotFoundError when a named force has no templates or branding.
    """
    chosen = sorted(forces) if forces is not None else _forces_with_templates(staging)
    return [_service(staging, force, callback=callback, seed=seed) for force in chosen]


def service_id(force: str, *, seed: int = 1) -> str:
    """The identifier of a force's service."""
    return str(uuid5(_NAMESPACE, f"{seed}/{force}/service"))


def api_key(force: str, *, key_type: KeyType = "normal", seed: int = 1) -> str:
    """The key string that a client is given, as `Service.key` gives it."""
    secret = _secret(force, key_type, seed)
    return f"{_key_name(force, key_type)}-{service_id(force, seed=seed)}-{secret}"


def bearer_token(force: str, *, seed: int = 1) -> str:
    """The token that callbacks of a force's service carry."""
    return uuid5(_NAMESPACE, f"{seed}/{force}/callback").hex


def _service(staging: Path, force: str, *, callback: CallbackAddress | None, seed: int) -> Service:
    branding = _rows(staging / force / f"{force}_branding.csv")
    return Service(
        id=service_id(force, seed=seed),
        name=branding[0]["display_name"],
        force=force,
        api_keys=tuple(
            ApiKey(_key_name(force, each), each, _secret(force, each, seed)) for each in _KEY_TYPES
        ),
        templates=tuple(_templates(staging / force / f"{force}_templates.csv")),
        callback=_callback(callback, force, seed) if callback else None,
    )


def _templates(path: Path) -> Iterable[Template]:
    for row in _rows(path):
        yield Template(
            id=row["notify_template_id"],
            name=row["title"],
            type=row["channel"],
            subject=row["subject"] or None,
            body=row["body"],
            language=row["language"],
        )


def _callback(address: CallbackAddress, force: str, seed: int) -> Callback:
    return Callback(
        bearer_token=bearer_token(force, seed=seed),
        receipts_url=_for_force(address.receipts_url, force),
        received_texts_url=_for_force(address.received_texts_url, force),
    )


def _for_force(url: str | None, force: str) -> str | None:
    return url.replace("{force}", force) if url else None


def _forces_with_templates(staging: Path) -> Sequence[str]:
    return sorted(path.parent.name for path in staging.glob("*/*_templates.csv"))


def _secret(force: str, key_type: KeyType, seed: int) -> str:
    return str(uuid5(_NAMESPACE, f"{seed}/{force}/secret/{key_type}"))


def _key_name(force: str, key_type: KeyType) -> str:
    return f"{force}_{key_type}"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
