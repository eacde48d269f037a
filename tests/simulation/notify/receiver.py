"""A service's own web server, as a test needs it: it writes down what Notify posts to it.

It runs on a thread of the test, over real HTTP.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass(frozen=True)
class Posted:
    """One posting as it arrived."""

    path: str
    authorization: str
    form: dict[str, Any]
    at: float


@dataclass
class Receiver:
    """What arrived, and what to answer; `answers` are used up first, then 200."""

    url: str = ""
    posted: list[Posted] = field(default_factory=list)
    answers: dict[str, list[int]] = field(default_factory=dict)

    def about(self, reference: str) -> list[Posted]:
        """The receipts for one reference, in the order of arrival."""
        return [each for each in self.posted if each.form.get("reference") == reference]

    def take(self, posted: Posted) -> int:
        """Write a posting down and choose the status to answer with."""
        self.posted.append(posted)
        planned = self.answers.get(str(posted.form.get("reference")), [])
        return planned.pop(0) if planned else 200


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    """A receiver that listens on a free port until the block ends."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            form = json.loads(self.rfile.read(int(self.headers["content-length"])))
            token = self.headers["authorization"]
            status = receiver.take(Posted(self.path, token, form, time.monotonic()))
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield receiver
    server.shutdown()
    server.server_close()
