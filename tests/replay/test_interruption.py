"""Ctrl-C is noted at once, obeyed between two steps, and leaves no process behind."""

from __future__ import annotations

import io
import os
import signal
import threading
from pathlib import Path

import pytest
from rich.console import Console

import orchestration.replay.databases
import orchestration.replay.run
from deploy.local.postgres import Server
from deploy.local.processes import Supervisor
from orchestration.replay.interruption import interruptible
from orchestration.replay.run import run_replay
from orchestration.replay.sending import Sending, start_sending
from tests.replay.replays import Place
from tests.simulation.open_data.files import write_three_months


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_the_step_in_hand_is_finished(kind: signal.Signals) -> None:
    done = []
    with interruptible() as interruption:
        interruption.check()
        os.kill(os.getpid(), kind)
        done.append("step")
        with pytest.raises(KeyboardInterrupt):
            interruption.check()
    assert done == ["step"]


def test_a_second_ctrl_c_interrupts_at_once() -> None:
    with interruptible():
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_signals_mean_afterwards_what_they_meant_before() -> None:
    kinds = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(kind) for kind in kinds]
    with interruptible():
        assert [signal.getsignal(kind) for kind in kinds] != before
        os.kill(os.getpid(), signal.SIGINT)
    assert [signal.getsignal(kind) for kind in kinds] == before


def test_another_thread_has_no_signals_to_note_but_can_be_asked() -> None:
    heard: list[str] = []

    def work() -> None:
        with interruptible() as interruption:
            interruption.check()
            interruption.ask()
            try:
                interruption.check()
            except KeyboardInterrupt:
                heard.append("end")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert heard == ["end"]


class InterruptedTransform:
    """Builds nothing, and hears Ctrl-C in its last step, before the sending side is started."""

    def __init__(self, database_url: str, work_folder: Path) -> None:
        del database_url, work_folder

    def prepare(self) -> None:
        pass

    def load_seeds(self) -> None:
        pass

    def build_tables(self) -> None:
        os.kill(os.getpid(), signal.SIGINT)


def test_an_interrupted_replay_leaves_no_process_behind(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running: dict[str, int] = {}
    with Place.made(server, tmp_path) as place:

        def start_noted(
            folder: Path, supervisor: Supervisor, *, database_url: str, force: str
        ) -> Sending:
            sending = start_sending(folder, supervisor, database_url=database_url, force=force)
            # Their command lines may not be readable yet: the kernel is still starting the last.
            running.update(sending.pids())
            return sending

        monkeypatch.setattr(orchestration.replay.databases, "Transform", InterruptedTransform)
        monkeypatch.setattr(orchestration.replay.run, "start_sending", start_noted)
        plan = place.plan(write_three_months(tmp_path / "files"))
        with pytest.raises(KeyboardInterrupt):
            run_replay(place.settings, plan, Console(file=io.StringIO()))
        assert place.processes() == []
    assert set(running) == {"stand-in", "inbox", "dispatcher"}
    for pid in running.values():
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert not plan.report(place.settings).exists()
