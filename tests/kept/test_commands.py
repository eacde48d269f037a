"""The command line as people type it: help that reads well, one clear line for every mistake."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from orchestration.schema import apply_schema
from sensors.freeze import freeze

README = Path(__file__).resolve().parents[2] / "README.md"
KEPT = Path(sys.executable).with_name("kept")
NOWHERE = "postgresql://kept@127.0.0.1:1/none"
FORCES = "bedfordshire, cambridgeshire, essex, hertfordshire, kent, norfolk, suffolk"


def kept(*words: str, database: str = NOWHERE) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [KEPT, *words],
        env={**os.environ, "KEPT_DATABASE_URL": database, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def commands() -> list[str]:
    lines = kept("--help").stdout.partition("Commands:")[2].splitlines()
    return [line.split()[0] for line in lines if line.strip()]


def test_the_readme_lists_exactly_the_commands_that_there_are() -> None:
    listed = re.findall(r"^\| `kept ([a-z-]+)", README.read_text(), re.MULTILINE)
    assert sorted(set(listed)) == sorted(commands())


def test_every_command_explains_itself() -> None:
    for command in commands():
        done = kept(command, "--help")
        assert done.returncode == 0
        assert done.stdout.startswith(f"Usage: kept {command}")
        assert len(done.stdout.splitlines()[2].split()) > 4, f"{command} says too little"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["demo", "--forces", "kent,mordor"], f"'mordor' is not a force; choose from {FORCES}"),
        (["demo", "--minutes", "0"], "Invalid value for '--minutes'"),
        (["up", "--changes-per-second", "-1"], "Invalid value for '--changes-per-second'"),
        (["explain", "--force", "kent"], "Missing option '--case'"),
        (["explain", "--force", "mordor", "--case", "1"], f"choose from {FORCES}"),
        (["load-open-data", "nowhere", "--force", "kent"], "'nowhere' does not exist"),
        (["load-open-data", str(README), "--force", "kent"], "is a file"),
        (
            ["simulate", "--force", "kent", "--from", "31/01/2026", "--to", "2026-02-01"],
            "'31/01/2026' is not a date; write it like 2026-01-31",
        ),
        (
            ["simulate", "--force", "kent", "--from", "2026-02-02", "--to", "2026-02-01"],
            "--to 2026-02-01 lies before --from 2026-02-02",
        ),
        (["thaw"], "Missing option '--force'"),
        (["retry"], "No such command 'retry'"),
    ],
)
def test_a_wrong_argument_gets_one_clear_line_and_exit_code_2(words: list[str], told: str) -> None:
    done = kept(*words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    [line] = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert told in line


@pytest.mark.parametrize(
    "words",
    [["status"], ["explain", "--force", "kent", "--case", "1"], ["thaw", "--force", "kent"]],
)
def test_without_a_database_the_answer_says_what_to_start(words: list[str]) -> None:
    done = kept(*words)
    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert "Is a stack running (`kept demo` or `kept up`)" in line


@pytest.fixture
def database(database_url: str) -> str:
    """A database with every room's tables, in which kent is frozen."""
    apply_schema(database_url)
    reason = "crimes: column offence_cd is [missing]"
    with psycopg.connect(database_url, autocommit=True) as connection:
        freeze(connection, "kent", feed="crimes", reason=reason, is_transient=False)
    return database_url


def test_status_names_the_frozen_force_the_reason_and_the_remedy(database: str) -> None:
    done = kept("status", database=database)
    assert done.returncode == 0
    assert "kent: crimes: column offence_cd is [missing]" in done.stdout
    assert "kept thaw --force kent" in done.stdout
    [force] = json.loads(kept("status", "--json", database=database).stdout)["forces"]
    assert (force["force"], force["reading"]) == ("kent", "frozen")


def test_a_thawed_force_is_read_again_and_thawing_twice_is_no_error(database: str) -> None:
    assert kept("thaw", "--force", "kent", database=database).stdout == "kent is read again.\n"
    assert kept("thaw", "--force", "kent", database=database).stdout == "kent was not frozen.\n"
    assert "column offence_cd" not in kept("status", database=database).stdout
