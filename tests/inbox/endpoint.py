"""The callback endpoint as a process, for the tests that post to it.

What it should answer is said in the tests themselves.
"""

from __future__ import annotations

import multiprocessing
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import requests

from sensors.inbox import serve

FORCES = ("kent", "essex")
TOKENS = {f"callback-token-{force}": force for force in FORCES}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_inbox(database_url: str, port: int) -> Iterator[str]:
    """Serve until the end of the block; gives the address."""
    child = multiprocessing.get_context("fork").Process(
        target=serve, args=(database_url, port, TOKENS)
    )
    child.start()
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_healthy(url)
        yield url
    finally:
        child.terminate()
        child.join(10)
        if child.is_alive():
            child.kill()
            child.join()
        child.close()


def _wait_until_healthy(url: str) -> None:
    give_up_at = time.monotonic() + 10
    while True:
        try:
            assert requests.get(f"{url}/health", timeout=5).status_code == 200
            return
        except requests.ConnectionError:
            assert time.monotonic() < give_up_at, "the endpoint did not start"
            time.sleep(0.02)
