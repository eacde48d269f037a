"""Starting, stopping, killing and starting again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread

import pytest
from notifications_python_client.errors import HTTPError

from simulation.notify.process import StandinFailed, start_standin
from simulation.notify.registry import write_services
from tests.simulation.notify.conftest import Clients, Starter
from tests.simulation.notify.fixtures import eventually, make_service, send_text

_ROOT = Path(__file__).resolve().parents[3]


def test_kill_9_in_mid_traffic_keeps_every_message_it_answered_for(
    start: Starter, clients: Clients
) -> None:
    service = make_service("kent")
    first = start(service)
    client, answered, has_ended = clients(first, service), set[str](), Event()

    def send_until_it_fails() -> None:
        try:
            while True:
                answered.add(send_text(client)[0])
        except HTTPError:
            has_ended.set()

    Thread(target=send_until_it_fails, daemon=True).start()
    eventually(lambda: len(answered) > 50)
    first.kill()
    assert has_ended.wait(10)
    second = start(service, port=first.port)
    kept = second.references("kent")
    assert answered <= kept.keys()
    assert len(kept.keys() - answered) <= 1
    assert set(kept.values()) == {1}
    rows = len(kept)
    eventually(lambda: second.counts("kent")["forces"]["kent"]["by_status"] == {"delivered": rows})


def test_a_restart_takes_the_same_port_and_the_url_stays(start: Starter) -> None:
    first = start(make_service("kent"))
    first.stop()
    assert first.process.returncode is not None
    assert start(make_service("kent"), port=first.port).url == first.url


def test_a_port_in_use_is_a_clear_failure(start: Starter, tmp_path: Path) -> None:
    first = start(make_service("kent"))
    with pytest.raises(StandinFailed, match=r"notify\.log"):
        start_standin(tmp_path / "second", [make_service("kent")], port=first.port)
    assert "Address already in use" in (tmp_path / "second" / "notify.log").read_text()


def test_a_services_file_that_cannot_be_read_is_a_clear_failure(tmp_path: Path) -> None:
    file = tmp_path / "services.json"
    file.write_text('{"services": [{"id": "x"}]}')
    with pytest.raises(StandinFailed):
        start_standin(tmp_path, file)
    assert "cannot start the stand-in for Notify: KeyError" in (tmp_path / "notify.log").read_text()


def test_it_ends_when_whoever_started_it_is_killed(tmp_path: Path) -> None:
    file = write_services(tmp_path / "services.json", [make_service("kent")])
    program = (
        "import pathlib, sys, time; from simulation.notify.process import start_standin\n"
        "running = start_standin(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))\n"
        "print(running.process.pid, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", program, str(tmp_path), str(file)]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    eventually(lambda: not _is_running(pid))


def _is_running(pid: int) -> bool:
    """Whether a process still does anything; one that nobody has waited for yet does not."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False
    return state != "Z"
