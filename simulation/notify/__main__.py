"""Starts the stand-in: `python -m simulation.notify --port P --state FILE --services FILE`.

Starting it from Python, and stopping it again, lives in `process.py`.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import threading
import time
from pathlib import Path

import uvicorn

from simulation.notify.app import build_app
from simulation.notify.connection import ResettableProtocol
from simulation.notify.standin import Settings, build_standin

_DEFAULTS = Settings(Path(), Path())


def main() -> None:
    """Listen on the loopback address until told to stop; exits 2 when an argument is wrong."""
    parser = _parser()
    chosen = vars(parser.parse_args())
    port, port_file = chosen.pop("port"), chosen.pop("port_file")
    parent = chosen.pop("parent")
    try:
        standin = build_standin(Settings(**chosen))
        listener = _listen(port)
    except (OSError, ValueError, KeyError, TypeError) as error:
        parser.error(f"cannot start the stand-in for Notify: {type(error).__name__}: {error}")
    if parent:
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()
    config = uvicorn.Config(
        build_app(standin),
        http=ResettableProtocol,
        loop="uvloop",
        ws="none",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
        backlog=2048,
    )
    if port_file:
        Path(port_file).write_text(str(listener.getsockname()[1]), encoding="ascii")
    uvicorn.Server(config).run(sockets=[listener])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulation.notify",
        description="A stand-in for GOV.UK Notify. It sends nothing to anyone.",
    )
    parser.add_argument("--port", type=int, required=True, help="0 chooses a free one")
    parser.add_argument("--port-file", help="write the port here once it is open")
    parser.add_argument("--parent", type=int, help="stop when this process is gone")
    parser.add_argument("--state", type=Path, required=True, help="SQLite file, made if missing")
    parser.add_argument("--services", type=Path, required=True, help="services file (JSON)")
    for name, kind, words in _NUMBERS:
        default = getattr(_DEFAULTS, name)
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, type=kind, default=default, help=f"{words} ({default:g})")
    return parser


_NUMBERS = (
    ("time_offset_seconds", float, "how far its clock is ahead of the machine's"),
    ("rate_limit_per_minute", int, "requests a minute for each type of key, 0 for any number"),
    ("delivery_delay_ms", float, "usual time a message spends in each status"),
    ("seed", int, "decides which messages fail"),
    ("permanent_failure_share", float, "share of recipients that do not exist"),
    ("temporary_failure_share", float, "share of messages that cannot be delivered"),
    ("callback_retry_seconds", float, "time between attempts to post a callback"),
    ("callback_timeout_seconds", float, "how long a callback may take"),
    ("retention_days", float, "how long the API shows a message"),
)


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    return listener


def _follow(parent: int) -> None:
    """Nothing may be left running when whoever started this was killed."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
