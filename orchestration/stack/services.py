"""The processes of a local stack: how each is started, and when it counts as up.

Who they talk to is passed in; the ports are free ones, so that stacks never meet.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from deploy.local.processes import Supervisor
from notifiers.settings import Timers
from orchestration.errors import OperatorError
from orchestration.settings import ROOT, child_environment
from orchestration.stack.dagster_home import write_dagster_home

UP_SECONDS = 60.0


class ServiceNotUp(OperatorError):
    """A process did not answer in time; the message names its log."""


@dataclass(frozen=True)
class Services:
    """Starts the processes of one stack under one supervisor."""

    supervisor: Supervisor
    run_folder: Path

    def start_inbox(self, *, database_url: str, port: int, tokens: Mapping[str, str]) -> None:
        """The endpoint for delivery receipts and received texts."""
        settings = {"database_url": database_url, "port": port, "tokens": dict(tokens)}
        file = _private_json(self.run_folder / "inbox.json", settings)
        self._python("inbox", "sensors.inbox", "--settings", str(file))
        self.wait_for("inbox", f"http://127.0.0.1:{port}/health")

    def start_dispatcher(
        self,
        *,
        database_url: str,
        provider_url: str,
        api_keys: Mapping[str, str],
        token_file: Path,
        mode: str,
        rate_per_minute: int | None,
        timers: Timers,
    ) -> None:
        """The process that works the outbox."""
        settings = {
            "database_url": database_url,
            "provider_url": provider_url,
            "api_keys": dict(api_keys),
            "token_file": str(token_file),
            "mode": mode,
            "rate_per_minute": rate_per_minute,
            "timers": asdict(timers),
        }
        file = _private_json(self.run_folder / "dispatcher.json", settings)
        self._python("dispatcher", "notifiers", "--settings", str(file))

    def start_dagster(
        self, *, storage_url: str, environment: Mapping[str, str], home: Path, with_pages: bool
    ) -> str | None:
        """Code server, daemon and, if wanted, the webserver; returns the webserver's address."""
        port = free_port()
        workspace = write_dagster_home(home, storage_url=storage_url, code_server_port=port)
        extra = {**environment, "DAGSTER_HOME": str(home)}
        self._python(
            *("code-server", "dagster", "api", "grpc", "-h", "127.0.0.1", "-p", str(port)),
            *("-m", "orchestration.definitions"),
            extra=extra,
        )
        self._wait_for_port("code-server", port)
        self._python("daemon", "dagster._daemon", "run", "-w", str(workspace), extra=extra)
        if not with_pages:
            return None
        pages = free_port()
        self._python(
            *("webserver", "dagster_webserver", "-h", "127.0.0.1", "-p", str(pages)),
            *("-w", str(workspace)),
            extra=extra,
        )
        self.wait_for("webserver", f"http://127.0.0.1:{pages}/server_info")
        return f"http://127.0.0.1:{pages}"

    def start_living(self, arguments: Mapping[str, object]) -> None:
        """The simulated forces' daily life."""
        file = _private_json(self.run_folder / "living.json", arguments)
        self._python("living", "simulation.living", "--arguments", str(file))

    def wait_for(self, name: str, url: str) -> None:
        deadline = time.monotonic() + UP_SECONDS
        while time.monotonic() < deadline:
            self.supervisor.check()
            try:
                with urlopen(url, timeout=2):  # noqa: S310 - a loopback address of ours
                    return
            except (URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        raise ServiceNotUp(f"`{name}` did not answer at {url} within {UP_SECONDS:.0f} s")

    def _wait_for_port(self, name: str, port: int) -> None:
        deadline = time.monotonic() + UP_SECONDS
        while time.monotonic() < deadline:
            self.supervisor.check()
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.1)
        raise ServiceNotUp(f"`{name}` did not open port {port} within {UP_SECONDS:.0f} s")

    def _python(
        self, name: str, module: str, *arguments: str, extra: Mapping[str, str] | None = None
    ) -> None:
        self.supervisor.start(
            name,
            [sys.executable, "-m", module, *arguments],
            environment=child_environment(dict(extra or {})),
            cwd=ROOT,
        )


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _private_json(path: Path, content: Mapping[str, object]) -> Path:
    """Settings with secrets in them: readable by this account alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file, indent=2)
    return path
