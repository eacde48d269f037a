"""Forces whose key the provider rejected: sending resumes once a look-up with that key works.

The kill switch, which only a person sets and clears, is dispatch.control and not touched here.
"""

from __future__ import annotations

import uuid
from typing import Any

import psycopg

from notifiers.errors import ProviderUnreachable
from notifiers.provider import Providers
from notifiers.settings import DispatcherSettings


def lift_pauses(
    connection: psycopg.Connection[Any], settings: DispatcherSettings, providers: Providers
) -> None:
    """Try each paused force's key on a look-up, which costs no message, and lift what works."""
    for (force,) in connection.execute("select force from dispatch.pause").fetchall():
        if force not in settings.api_keys:
            continue
        try:
            providers(force).find(uuid.uuid4())
        except ProviderUnreachable:
            continue
        connection.execute("delete from dispatch.pause where force = %s", [force])
