"""Starts, watches and stops the processes of a local stack, each with its own log file.

What the processes are is decided elsewhere. A record of them on disk lets the next start end
what a killed parent left behind.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

STOP_SECONDS = 15.0


class ProcessDied(RuntimeError):
    """A process of the stack ended by itself; the message names its log."""


@dataclass
class Child:
    """One running process and where it writes."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path


class Supervisor:
    """The processes of one stack. `folder` holds their logs and the record of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True)
        self._record = folder / "processes.json"
        self._children: dict[str, Child] = {}

    def end_leftovers(self) -> None:
        """Kill what an earlier supervisor started and could not stop."""
        if not self._record.exists():
            return
        for pid, started in json.loads(self._record.read_text()):
            if _start_time(pid) == started:
                _signal_group(pid, signal.SIGKILL)
        self._record.unlink()

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        cwd: Path,
    ) -> Child:
        """Start a process in a session of its own, so that Ctrl-C reaches only us."""
        log = self._folder / f"{name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                list(command),
                env=dict(environment),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        child = Child(name, process, log)
        self._children[name] = child
        self._write_record()
        return child

    def check(self) -> None:
        """ProcessDied if any process has ended by itself."""
        for child in self._children.values():
            code = child.process.poll()
            if code is not None:
                raise ProcessDied(
                    f"The process `{child.name}` ended with exit code {code}. "
                    f"Its last words are in {child.log}"
                )

    def pid(self, name: str) -> int:
        return self._children[name].process.pid

    def is_running(self, name: str) -> bool:
        return name in self._children and self._children[name].process.poll() is None

    def stop(self, name: str) -> None:
        """End one process and whatever it started; it gets time to finish first."""
        child = self._children.pop(name)
        _end(child)
        self._write_record()

    def stop_all(self) -> None:
        """End all, in the reverse order of their start."""
        for child in reversed(self._children.values()):
            _signal_group(child.process.pid, signal.SIGTERM)
        for name in list(reversed(self._children)):
            _end(self._children.pop(name))
        self._record.unlink(missing_ok=True)

    def _write_record(self) -> None:
        pids = [child.process.pid for child in self._children.values()]
        self._record.write_text(json.dumps([[pid, _start_time(pid)] for pid in pids]))


def _end(child: Child) -> None:
    group = child.process.pid
    _signal_group(group, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.process.wait(STOP_SECONDS)
    deadline = time.monotonic() + STOP_SECONDS
    # The launched runs of a code server live in its session and may outlast it a little.
    while _session_is_alive(group) and time.monotonic() < deadline:
        time.sleep(0.1)
    _signal_session(group, signal.SIGKILL)
    child.process.wait()


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return


def _session_members(session: int) -> list[int]:
    """Processes of a session, from /proc; a run that made its own group is still in it."""
    members = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = _stat_fields(int(entry.name))
            if fields and int(fields[3]) == session and fields[0] != "Z":
                members.append(int(entry.name))
    return members


def _session_is_alive(session: int) -> bool:
    return bool(_session_members(session))


def _signal_session(session: int, number: signal.Signals) -> None:
    for pid in _session_members(session):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _start_time(pid: int) -> str | None:
    """When the kernel says the process started: tells a reused pid from the one we started."""
    fields = _stat_fields(pid)
    return fields[19] if fields else None


def _stat_fields(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the command's name, or none if it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
