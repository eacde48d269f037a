"""Runs dbt inside this process, with the project parsed once.

What dbt computes is in `dbt_project`; which batches it looks at is passed in as a window.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from dbt.cli.main import dbtRunner, dbtRunnerResult

from orchestration.errors import OperatorError
from orchestration.settings import DBT_PROJECT

# Names of columns and relations may be repeated; any other quoted text may be a value of a row.
_QUOTED_VALUE = re.compile(
    r'(?<!column )(?<!relation )(?<!function )(?<!type )(?<!schema )(?<!constraint )"[^"]*"'
)
Window = Mapping[str, tuple[int, int]]

# Which models read a feed; an untouched feed's models are left out of a micro-batch.
CORE_OF_FEED = {
    "incidents": "core_incidents",
    "crimes": "core_crimes",
    "people": "core_people",
    "involvements": "core_involvements",
    "officers": "core_officers",
}
FACTS_AND_DECISIONS = ("orphan_observations", "fct_case_state_change", "fct_journey_decision")


class TransformFailed(OperatorError):
    """A dbt command failed; the message names the models, never the rows."""


@dataclass(frozen=True)
class Timings:
    """Seconds that each model took, by name."""

    seconds: Mapping[str, float]


class Transform:
    """One dbt project against one database."""

    def __init__(self, database_url: str, work_folder: Path, *, threads: int = 2) -> None:
        self._profiles = write_profile(database_url, work_folder, threads=threads)
        self._target = self._profiles / "target"
        self._runner = dbtRunner()

    def prepare(self) -> None:
        """Parse the project, so that later commands need not."""
        result = self._invoke(["parse"])
        self._runner = dbtRunner(manifest=result.result)  # type: ignore[arg-type]

    def load_seeds(self) -> None:
        """Load seeds and everything that follows from them, staging views included."""
        self._invoke(["run-operation", "create_functions"])
        self._invoke(["seed", "--full-refresh"])
        self._invoke(["run", "--select", "config", "staging"])

    def build_tables(self) -> None:
        """Create or catch up every model that keeps history."""
        self._invoke(["run", "--exclude", "config", "staging"])

    def micro_batch(self, window: Window, feeds: Sequence[str]) -> Timings:
        """Facts and decisions of the batches in `window`; `feeds` are those with new rows."""
        core = [CORE_OF_FEED[feed] for feed in feeds if feed in CORE_OF_FEED]
        variables = {"window": {force: list(batches) for force, batches in window.items()}}
        result = self._invoke(
            ["run", "--select", *core, *FACTS_AND_DECISIONS, "--vars", json.dumps(variables)]
        )
        return Timings({r.node.name: r.execution_time for r in _node_results(result)})

    def build_marts(self) -> None:
        self._invoke(["run", "--select", "marts"])

    def test(self, *selection: str) -> int:
        """Run all data tests and unit tests, or those selected; returns how many ran."""
        result = self._invoke(["test", *(["--select", *selection] if selection else [])])
        return len(_node_results(result))

    def _invoke(self, command: list[str]) -> dbtRunnerResult:
        flags = ["--quiet", "--log-level", "none", "--log-level-file", "none", "--no-write-json"]
        places = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(self._profiles)]
        result = self._run([*flags, *command, *places, "--target-path", str(self._target)])
        if result.exception is not None and not isinstance(result.exception, Exception):
            # dbt keeps even an interruption for itself; being stopped is no fault of the rows.
            raise result.exception
        if not result.success:
            raise TransformFailed(_explain(command, result))
        return result

    def _run(self, words: list[str]) -> dbtRunnerResult:
        """Run dbt to its end, also when we are interrupted: two must never write at once.

        dbt inspects the whole call stack several times per command, which under Dagster takes
        longer than the command; on a thread of its own the stack is dbt's alone.
        """
        answers: list[dbtRunnerResult] = []
        # An interrupted join forgets its thread, so the end is an event.
        ended = threading.Event()

        def run() -> None:
            try:
                answers.append(self._runner.invoke(words))
            finally:
                ended.set()

        threading.Thread(target=run, name="dbt", daemon=True).start()
        try:
            ended.wait()
        except BaseException:
            ended.wait()
            raise
        return answers[0]


def write_profile(database_url: str, work_folder: Path, *, threads: int = 2) -> Path:
    """Write dbt's profile for this database, readable by us alone, and return its folder."""
    folder = work_folder / "dbt"
    folder.mkdir(parents=True, exist_ok=True)
    profile = folder / "profiles.yml"
    profile.touch(mode=0o600)
    profile.write_text(json.dumps(_profile(database_url, threads)))
    return folder


def _profile(database_url: str, threads: int) -> dict[str, object]:
    parts = urlsplit(database_url)
    output = {
        "type": "postgres",
        "host": parts.hostname,
        "port": parts.port or 5432,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "dbname": parts.path.lstrip("/"),
        "schema": "public",
        "threads": threads,
    }
    return {"kept_informed": {"target": "kept", "outputs": {"kept": output}}}


def _explain(command: Sequence[str], result: dbtRunnerResult) -> str:
    if result.exception is not None:
        return (
            f"dbt {command[0]} could not run: {type(result.exception).__name__}: {result.exception}"
        )
    failed = [
        f"{r.node.name}: {redacted(r.message or '')}"
        for r in _node_results(result)
        if str(r.status) in {"error", "fail"}
    ]
    return f"dbt {command[0]} failed in {len(failed)} place(s): " + "; ".join(failed[:5])


def _node_results(result: dbtRunnerResult) -> list[Any]:
    """One result per model that ran; dbt types them as a union over all of its commands."""
    return list(result.result) if result.result else []  # type: ignore[arg-type]


def redacted(message: str) -> str:
    """A database error without the values it quotes, because they may be a person's."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    telling = [line for line in lines if not line.startswith(("DETAIL", "Database Error"))]
    return _QUOTED_VALUE.sub(r'"…"', " ".join(telling[:2]))[:300]
