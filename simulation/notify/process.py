"""Starts the stand-in as its own process and stops it again, for tests and the demo.

What runs in that process lives in `__main__.py`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from simulation.notify.registry import Service, write_services

_READY_SECONDS = 30.0
_STOP_SECONDS = 10.0
_ROOT = Path(__file__).resolve().parents[2]


class StandinFailed(RuntimeError):
    """The process ended, or did not answer in time; the message names its log."""


@dataclass(frozen=True)
class RunningStandin:
    """A stand-in that answers at `url`; its state and its log are in `folder`."""

    url: str
    port: int
    folder: Path
    process: subprocess.Popen[bytes]

    def counts(self, service: str | None = None) -> dict[str, Any]:
        """Counts by force and in all, or for one service (id or force)."""
        return self.get("counts", f"?service={service}" if service else "")

    def references(self, service: str) -> dict[str, int]:
        """Rows by reference of one service (id or force)."""
        found: dict[str, int] = self.get("references", f"?service={service}")["references"]
        return found

    def plan_fault(self, kind: str, **fields: object) -> None:
        """Add a fault; the fields are those of `faults.Fault`."""
        self.post("faults", {"kind": kind, **fields})

    def get(self, path: str, query: str = "") -> dict[str, Any]:
        """Ask the admin surface."""
        return _ask(f"{self.url}/_standin/{path}{query}")

    def post(self, path: str, form: dict[str, object] | None = None) -> dict[str, Any]:
        """Tell the admin surface something."""
        return _ask(f"{self.url}/_standin/{path}", form or {})

    def stop(self) -> None:
        """End it in good order."""
        self.process.terminate()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it as kill -9 does."""
        self.process.kill()
        self.process.wait()


def start_standin(
    folder: Path,
    services: Sequence[Service] | Path,
    *,
    port: int | None = None,
    **settings: float,
) -> RunningStandin:
    """Start a stand-in on the state in `folder` and wait until it answers.

    `services` are written into the folder, or are an existing file; `port` null chooses a free
    one; `settings` are the numbers in `standin.Settings`, by name. Raises StandinFailed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = (
        services
        if isinstance(services, Path)
        else write_services(folder / "notify-services.json", services)
    )
    port_file = folder / "notify.port"
    port_file.unlink(missing_ok=True)
    arguments = {
        "--port": port or 0,
        "--port-file": port_file,
        "--parent": os.getpid(),
        "--state": folder / "notify.sqlite",
        "--services": file,
        **{f"--{name.replace('_', '-')}": value for name, value in settings.items()},
    }
    command = [sys.executable, "-m", "simulation.notify"]
    command += [str(part) for pair in arguments.items() for part in pair]
    with (folder / "notify.log").open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=_ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    return _wait_until_ready(process, folder, port_file)


def _wait_until_ready(
    process: subprocess.Popen[bytes], folder: Path, port_file: Path
) -> RunningStandin:
    give_up_at = time.monotonic() + _READY_SECONDS
    while time.monotonic() < give_up_at and process.poll() is None:
        port = port_file.read_text(encoding="ascii") if port_file.exists() else ""
        if port and _answers(int(port), process.pid):
            return RunningStandin(f"http://127.0.0.1:{port}", int(port), folder, process)
        time.sleep(0.02)
    process.kill()
    process.wait()
    raise StandinFailed(f"the stand-in for Notify did not start; see {folder / 'notify.log'}")


def _answers(port: int, pid: int) -> bool:
    """Whether this very process answers, and not another on the same port."""
    try:
        return bool(_ask(f"http://127.0.0.1:{port}/_standin/health")["pid"] == pid)
    except (URLError, ConnectionError, TimeoutError):
        return False


def _ask(url: str, form: dict[str, object] | None = None) -> dict[str, Any]:
    body = None if form is None else json.dumps(form).encode()
    with urlopen(Request(url, body), timeout=10) as answer:  # noqa: S310 - a loopback address
        found: dict[str, Any] = json.load(answer)
    return found
