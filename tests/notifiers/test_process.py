"""The dispatcher as operations start it: `python -m notifiers --settings FILE`."""

from __future__ import annotations

import signal
import subprocess
import sys

from tests.notifiers.bench import ROOT, Bench, wait_until


def start(bench: Bench) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "notifiers", "--settings", str(bench.write_settings())]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def test_it_sends_ends_cleanly_when_told_and_prints_nothing_personal(bench: Bench) -> None:
    bench.queue(5, recipient="+447700900456")
    bench.queue(1, prefix="refused-", recipient="+447700900456", personalisation="{}")
    with start(bench) as running:
        wait_until(lambda: bench.states() == {"ACCEPTED": 5, "REFUSED": 1})
        running.send_signal(signal.SIGTERM)
        printed, _ = running.communicate(timeout=20)
    assert running.returncode == 0
    secret = bench.settings.api_keys["kent"][-36:]
    assert not [word for word in ("900456", "46/1/26", secret) if word in printed]


def test_in_a_database_that_may_not_send_it_says_what_to_do(bench: Bench) -> None:
    """Invariant 10."""
    bench.run("delete from dispatch.environment")
    with start(bench) as refused:
        printed, _ = refused.communicate(timeout=20)
    assert refused.returncode == 1
    assert printed.strip() == (
        "no database is registered for sending here: check that this is the right database,"
        " then register it for sending again"
    )
