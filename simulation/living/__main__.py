"""The process that lets warehouses live: `python -m simulation.living --help`.

It reads its arguments, starts the pace and stops it on SIGTERM or Ctrl-C. Nothing else.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from simulation.living.force import AlreadyLivingError
from simulation.living.pace import Pace, Source, offset_clock
from simulation.warehouses.live_cases import WorldMissingError


def main() -> int:
    """Run until stopped; 0 after a clean stop, 1 if a warehouse cannot live."""
    arguments = _read_arguments()
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    pace = Pace(
        arguments.sources,
        seed=arguments.seed,
        changes_per_second=arguments.changes_per_second,
        clock=offset_clock(arguments.time_offset_seconds),
    )
    try:
        made = pace.run(stop, changes=arguments.changes)
    except (AlreadyLivingError, WorldMissingError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        pace.close()
    sys.stdout.write(f"{made} changes made in {len(arguments.sources)} warehouses\n")
    return 0


def _read_arguments() -> argparse.Namespace:
    parser = _parser()
    first, _ = parser.parse_known_args()
    if first.arguments is not None:
        # A file keeps the writers' passwords out of the list of processes.
        read: dict[str, Any] = json.loads(first.arguments.read_text(encoding="utf-8"))
        sources = read.pop("warehouses", [])
        forces = [entry["force"] for entry in sources]
        urls = [entry["writer_url"] for entry in sources]
        parser.set_defaults(**read, force=forces, writer_url=urls)
    arguments = parser.parse_args()
    if not arguments.force or len(arguments.force) != len(arguments.writer_url or []):
        parser.error("give each --force a --writer-url, in the same order, or name both in a file")
    if arguments.changes_per_second <= 0:
        parser.error("--changes-per-second must be above 0")
    pairs = zip(arguments.force, arguments.writer_url, strict=True)
    arguments.sources = [Source(force, url) for force, url in pairs]
    return arguments


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulation.living",
        description="Makes changes in generated force warehouses until it is stopped.",
    )
    parser.add_argument("--force", action="append", help="a force; may be repeated")
    parser.add_argument("--writer-url", action="append", help="its warehouse, as the owner")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--changes-per-second", type=float, default=2.0, help="over all forces")
    parser.add_argument("--time-offset-seconds", type=float, default=0.0, help="moves the clock")
    parser.add_argument("--changes", type=int, default=None, help="stop after so many")
    parser.add_argument(
        "--arguments", type=Path, help='JSON: {"warehouses": [{"force", "writer_url"}], "seed", …}'
    )
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
