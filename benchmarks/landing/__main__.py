"""`python -m benchmarks.landing [--rows N]`: every path in one run, as a table.

A path that needs the ODBC driver is left out where it is missing, and the table says so.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from importlib import import_module

from benchmarks.landing.looks import measure_looks
from benchmarks.landing.paths import PATHS
from benchmarks.landing.stage import Stage, empty_target, set_stage

DRIVER = "PostgreSQL Unicode"
DRIVERS = ("SQLAlchemy", "odbc")


@dataclass(frozen=True)
class Measured:
    """One path: how long it took and the peak of its process's memory."""

    path: str
    seconds: float
    peak_mb: float


def main() -> int:
    """Measure all paths, or the one that the parent process asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.landing", description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000, help="rows in the source table")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(asdict(_measure(arguments.one))))
        return 0
    with set_stage(arguments.rows) as stage:
        results = [_in_a_process(stage, path) for path in PATHS if _can_run(path)]
        looks = [_looks(stage, driver) for driver in DRIVERS if _can_run(driver)]
    _print_table(results, arguments.rows)
    print("\nOne look over a force of seven feeds, median (p95):")
    print("\n".join(looks))
    return 0


def _in_a_process(stage: Stage, path: str) -> Measured:
    if PATHS[path][1]:
        empty_target(stage)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.landing", "--one", path],
        input=json.dumps(asdict(stage)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Measured(**json.loads(done.stdout))


def _measure(path: str) -> Measured:
    stage = Stage(**json.loads(sys.stdin.read()))
    if "odbc" in path:
        # Loading Arrow takes half a second once per process, which is no part of a throughput.
        import_module("sensors.readers.odbc_reader")
        import_module("sensors.landing.arrow_intake")
    started = time.perf_counter()
    PATHS[path][0](stage)
    seconds = time.perf_counter() - started
    return Measured(path, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _looks(stage: Stage, driver: str) -> str:
    empty_target(stage)
    idle, changed = measure_looks(stage, driver)
    return f"- {driver}: nothing moved {idle}, one changed row landed {changed}"


def _can_run(path: str) -> bool:
    if "odbc" not in path:
        return True
    try:
        import pyodbc  # noqa: PLC0415

        return DRIVER in pyodbc.drivers()
    except ImportError:
        return False


def _print_table(results: list[Measured], rows: int) -> None:
    floor = results[0].seconds
    print(f"{rows:,} rows of 20 columns, one run\n")
    print("| Path | seconds | rows/s | of the floor | peak memory |")
    print("|---|---|---|---|---|")
    for result in results:
        print(
            f"| {result.path} | {result.seconds:.1f} | {rows / result.seconds:,.0f} "
            f"| {floor / result.seconds:.2f} | {result.peak_mb:.0f} MB |"
        )
    missing = [path for path in PATHS if path not in {result.path for result in results}]
    if missing:
        print(f"\nLeft out, because there is no ODBC driver {DRIVER!r} here: {', '.join(missing)}.")
        print("Get it with: apt-get install unixodbc odbc-postgresql")


if __name__ == "__main__":
    sys.exit(main())
