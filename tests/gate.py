"""`make test`: every check in one run, quickest first, with one line of verdict each.

CI runs exactly this. It is not a test module itself.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from deploy.local.postgres import EmbeddedPostgres

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTHON_CODE = (
    *("kept", "orchestration", "sensors", "notifiers", "reports", "simulation", "deploy"),
    *("tests", "benchmarks"),
)

CHECKS: tuple[tuple[str, Sequence[str]], ...] = (
    ("format", [str(BIN / "ruff"), "format", "--check", "--quiet", *PYTHON_CODE]),
    ("lint", [str(BIN / "ruff"), "check", "--quiet", *PYTHON_CODE]),
    ("types", [str(BIN / "mypy")]),
    ("import rules", [str(BIN / "lint-imports")]),
    ("dbt manifest", [str(BIN / "kept"), "prepare"]),
    ("SQL lint", [str(BIN / "sqlfluff"), "lint", "--processes", "2", "models", "tests"]),
    ("dbt build with its tests", [sys.executable, "-m", "tests.dbt_build"]),
    ("tests", [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile"]),
)


def main() -> int:
    """Run all checks, also after a failure, and return 1 if any failed."""
    failed = []
    for name, command in CHECKS:
        started = time.monotonic()
        sys.stdout.write(f"== {name}\n")
        sys.stdout.flush()
        folder = ROOT / "dbt_project" if name == "SQL lint" else ROOT
        if subprocess.run(command, cwd=folder, check=False).returncode != 0:
            failed.append(name)
        sys.stdout.write(f"   {name}: {time.monotonic() - started:.0f} s\n")
    EmbeddedPostgres(ROOT / ".kept" / "test-postgres").stop()
    sys.stdout.write(f"FAILED: {', '.join(failed)}\n" if failed else "All checks passed.\n")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
