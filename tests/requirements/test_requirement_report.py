"""The plugin records passing tests only, alone and with parallel workers.

Each test runs pytest in a process of its own over a small file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.requirement_table import ROOT, SHOWN

MIXED = """
import pytest

@pytest.fixture
def broken_end():
    yield
    raise RuntimeError("cannot tidy up")

@pytest.mark.requirement("UJ-4", "UJ-6")
def test_passes(): pass

@pytest.mark.requirement("UJ-4")
@pytest.mark.parametrize("n", [1, 2])
def test_twice(n): assert n == 1

@pytest.mark.requirement("UJ-8")
def test_fails(): assert False

@pytest.mark.requirement("UJ-9")
def test_fails_at_the_end(broken_end): pass

@pytest.mark.requirement("UJ-10")
def test_skipped(): pytest.skip("not here")

@pytest.mark.requirement("UJ-11")
@pytest.mark.xfail(strict=False)
def test_expected_to_fail(): pass

def test_without_a_requirement(): pass
"""


def _run(folder: Path, source: str, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "pytest.ini").write_text(
        "[pytest]\naddopts = --strict-markers\nmarkers = requirement(*ids): what it shows\n"
    )
    (folder / "test_sample.py").write_text(source)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COV_"))}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.requirement_report", *options],
        cwd=folder,
        env=kept | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def _shown(folder: Path) -> dict[str, list[str]]:
    content: dict[str, list[str]] = json.loads((folder / SHOWN).read_text())
    return content


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_only_tests_that_passed_show_a_requirement(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    _run(tmp_path, MIXED, *options)
    assert _shown(tmp_path) == {
        "UJ-4": ["test_sample.py::test_passes", "test_sample.py::test_twice[1]"],
        "UJ-6": ["test_sample.py::test_passes"],
    }


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_an_unknown_id_stops_the_collection_and_is_named(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    source = "import pytest\n@pytest.mark.requirement('UJ-4', 'UJ-99')\ndef test_it(): pass\n"
    run = _run(tmp_path, source, *options)
    assert run.returncode != 0
    assert "no such requirement: UJ-99" in run.stdout
    assert _shown(tmp_path) == {}


def test_an_unknown_id_on_a_single_parameter_fails_that_test(tmp_path: Path) -> None:
    source = (
        "import pytest\n"
        "marks = pytest.mark.requirement('UJ-99')\n"
        "@pytest.mark.parametrize('n', [1, pytest.param(2, marks=marks)])\n"
        "def test_it(n): pass\n"
    )
    run = _run(tmp_path, source)
    assert run.returncode == 1
    assert "no such requirement: UJ-99" in run.stdout


def test_a_later_run_starts_afresh_unless_told_to_add(tmp_path: Path) -> None:
    source = "import pytest\n@pytest.mark.requirement('{}')\ndef test_{}(): pass\n"
    _run(tmp_path, source.format("UJ-4", "one"))
    _run(tmp_path, source.format("UJ-6", "two"), "--add-requirements")
    assert _shown(tmp_path).keys() == {"UJ-4", "UJ-6"}
    _run(tmp_path, source.format("UJ-8", "three"))
    assert _shown(tmp_path).keys() == {"UJ-8"}


def test_looking_at_the_list_of_tests_leaves_the_record_alone(tmp_path: Path) -> None:
    _run(tmp_path, "def test_it(): pass\n", "--collect-only")
    assert not (tmp_path / SHOWN).exists()
