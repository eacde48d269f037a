"""Which database may send: the one that knows our token, sits where it was registered, and has
not gone back in time. It does not stop a person from registering another one on purpose.

A message that was accepted after a backup was taken is READY again in the restored copy, so a
copy must not send by itself. Three things are compared, and no copy has all three:

1. The token is a secret in a file beside the dispatcher; the database holds only its hash. A
   dump restored on another machine meets no file that matches.
2. The cluster's system identifier and the database's oid. A clone in the same cluster has another
   oid, a dump loaded into another cluster has another identifier.
3. A beat: a number that the database counts up while a dispatcher runs, and that the file
   repeats after each commit. A physical copy, or a backup restored in place, has 1 and 2 but its
   beat is smaller than the file's: time went backwards.

After a restore somebody registers the database again (`register_environment`). Every message that
could have been sent since then becomes UNKNOWN, and the reconciler asks the provider about each.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from notifiers.errors import EnvironmentRefused

REMEDY = "check that this is the right database, then register it for sending again"

REGISTER = """
insert into dispatch.environment (token_hash, system_identifier, database_oid)
select %(token_hash)s, s.system_identifier, d.oid::bigint
from pg_control_system() as s, pg_database as d
where d.datname = current_database()
on conflict (only_row) do update
set token_hash = excluded.token_hash,
    system_identifier = excluded.system_identifier,
    database_oid = excluded.database_oid,
    beat = 0,
    registered_at = clock_timestamp()
"""

DOUBT = """
update dispatch.message as m
set state = 'UNKNOWN',
    state_reason = 'the database was registered again: ask the provider before sending',
    lease_until = null,
    unknown_at = clock_timestamp(),
    absent_at = null,
    check_at = clock_timestamp()
where m.state in ('READY', 'LEASED')
"""

DOUBT_INFLIGHT = """
update dispatch.message as m
set state = 'UNKNOWN',
    state_reason = 'the database was registered again: ask the provider before sending',
    lease_until = null,
    unknown_at = clock_timestamp(),
    absent_at = null,
    check_at = clock_timestamp() + make_interval(secs => %(grace)s)
where m.state = 'INFLIGHT'
"""


@dataclass(frozen=True)
class Environment:
    """The token in its file; `token_hash` is what the database may know."""

    token_file: Path

    @property
    def token_hash(self) -> str:
        return _hash(str(self._read()["token"]))

    def verify(self, connection: psycopg.Connection[Any]) -> None:
        """Raise `EnvironmentRefused` unless this very database may send."""
        # The file first: another dispatcher may count up between the two looks.
        remembered = self._read()
        token_hash = _hash(str(remembered["token"]))
        row = connection.execute("select token_hash, beat from dispatch.environment").fetchone()
        if row is None:
            raise EnvironmentRefused(f"no database is registered for sending here: {REMEDY}")
        if row[0] != token_hash:
            raise EnvironmentRefused(f"the database knows another token than ours: {REMEDY}")
        here = connection.execute("select dispatch.is_here(%s)", [token_hash]).fetchone()
        if here != (True,):
            raise EnvironmentRefused(f"the database is a copy of the registered one: {REMEDY}")
        if row[1] < remembered["beat"]:
            raise EnvironmentRefused(f"the database is older than our last work in it: {REMEDY}")

    def beat(self, connection: psycopg.Connection[Any]) -> None:
        """Verify, count one up in the database, and remember it in the file."""
        self.verify(connection)
        row = connection.execute(
            "update dispatch.environment set beat = beat + 1 where token_hash = %s returning beat",
            [self.token_hash],
        ).fetchone()
        if row is None:
            raise EnvironmentRefused(f"the database was registered by somebody else: {REMEDY}")
        # After the commit: a crash in between leaves the file behind the database, never ahead.
        self._write({"token": self._read()["token"], "beat": max(row[0], self._read()["beat"])})

    def _read(self) -> dict[str, Any]:
        try:
            content: dict[str, Any] = json.loads(self.token_file.read_text())
        except FileNotFoundError as error:
            raise EnvironmentRefused(f"there is no token file for sending: {REMEDY}") from error
        return content

    def _write(self, content: dict[str, Any]) -> None:
        fresh = self.token_file.with_name(f"{self.token_file.name}.{os.getpid()}")
        descriptor = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(content, file)
        fresh.replace(self.token_file)


def register_environment(
    connection: psycopg.Connection[Any], token_file: Path, *, grace_seconds: float = 300
) -> None:
    """Let this database send, with a new token in `token_file`; a person decides to call this.

    In a database that was registered before, everything that is queued becomes UNKNOWN first.
    """
    token = secrets.token_urlsafe(32)
    with connection.transaction():
        known = connection.execute("select 1 from dispatch.environment").fetchone()
        if known is not None:
            connection.execute(DOUBT)
            connection.execute(DOUBT_INFLIGHT, {"grace": grace_seconds})
        connection.execute(REGISTER, {"token_hash": _hash(token)})
    token_file.parent.mkdir(parents=True, exist_ok=True)
    Environment(token_file)._write({"token": token, "beat": 0})


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
