"""`python -m notifiers --settings FILE`: one dispatcher as a process, until SIGTERM or SIGINT.

The settings file holds keys and the database's password, so it belongs to one account only.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from notifiers.dispatcher import run_dispatcher
from notifiers.errors import PermanentError
from notifiers.settings import DispatcherSettings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until told to stop; 0 after a clean end, 1 when a person must act first."""
    parser = argparse.ArgumentParser(prog="notifiers", description="Send what is in the outbox.")
    parser.add_argument("--settings", type=Path, required=True, help="JSON, see notifiers/settings")
    settings = DispatcherSettings.from_file(parser.parse_args(arguments).settings)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        run_dispatcher(settings, stop)
    except PermanentError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
