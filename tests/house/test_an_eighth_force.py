"""A folder more is a force more: nothing else has to be told, but for one word in dbt's settings.

A copy of a real folder under a new name stands for the eighth force.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sensors.feeds import load_forces
from tests.house.tree import FORCES, ROOT

TEMPLATE, NEW = "kent", "surrey"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the dbt project with one folder more and its name in vars.forces."""
    copy = tmp_path_factory.mktemp("eighth") / "dbt_project"
    left_out = shutil.ignore_patterns("target", "logs")
    shutil.copytree(ROOT / "dbt_project", copy, ignore=left_out)
    staging = copy / "models" / "staging"
    (staging / NEW).mkdir()
    for file in (staging / TEMPLATE).iterdir():
        text = _renamed(file.read_text(encoding="utf-8"))
        (staging / NEW / _renamed(file.name)).write_text(text, encoding="utf-8")
    settings = copy / "dbt_project.yml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(re.sub(r"(\n  forces: \[)", rf"\g<1>{NEW}, ", text), encoding="utf-8")
    return copy


@pytest.fixture(scope="module")
def manifest(project: Path) -> dict[str, Any]:
    """What dbt makes of the copied project, parsed in a process of its own."""
    target = {"type": "postgres", "host": "127.0.0.1", "port": 1, "user": "nobody", "threads": 1}
    output = {**target, "password": "", "dbname": "none", "schema": "public"}
    profile = {"kept_informed": {"target": "kept", "outputs": {"kept": output}}}
    (project / "profiles.yml").write_text(json.dumps(profile), encoding="utf-8")
    places = ["--project-dir", str(project), "--profiles-dir", str(project)]
    subprocess.run(
        [str(Path(sys.executable).parent / "dbt"), "--quiet", "parse", *places],
        cwd=project,
        check=True,
        timeout=300,
    )
    parsed: dict[str, Any] = json.loads((project / "target" / "manifest.json").read_text("utf-8"))
    return parsed


def test_the_sensors_read_it(project: Path) -> None:
    forces = load_forces(project / "models" / "staging")
    assert set(forces) == {*FORCES, NEW}
    assert forces[NEW].secret == f"KEPT_SOURCE_{NEW.upper()}"
    assert {feed.schema for feed in forces[NEW].feeds} == {f"raw_{NEW}"}


def test_its_rows_reach_the_facts_through_core(manifest: dict[str, Any]) -> None:
    for entity in ("incidents", "crimes", "people", "involvements", "officers"):
        assert _model(f"stg_{NEW}__{entity}") in _parents(manifest, f"core_{entity}")


def test_its_journeys_reach_the_decisions(manifest: dict[str, Any]) -> None:
    for model, table in (("journey_steps", "steps"), ("journey_criteria", "criteria")):
        assert f"seed.kept_informed.{NEW}_{table}" in _parents(manifest, model)


def _renamed(text: str) -> str:
    text = text.replace(TEMPLATE, NEW).replace(TEMPLATE.upper(), NEW.upper())
    return text.replace(TEMPLATE.title(), NEW.title())


def _model(name: str) -> str:
    return f"model.kept_informed.{name}"


def _parents(manifest: dict[str, Any], model: str) -> set[str]:
    return set(manifest["nodes"][_model(model)]["depends_on"]["nodes"])
