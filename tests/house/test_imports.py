"""The rooms meet in tables and not in imports; the contracts are in pyproject.toml."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from tests.house.tree import PRODUCT, ROOT, modules

ROOMS = ("sensors", "notifiers", "reports", "console")
LINTER = Path(sys.executable).parent / "lint-imports"


def _contracts() -> dict[str, Any]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: dict[str, Any] = settings["tool"]["importlinter"]
    return found


def test_the_import_contracts_hold() -> None:
    run = subprocess.run(
        [str(LINTER), "--no-cache", "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_contracts_know_every_package_and_every_room() -> None:
    settings = _contracts()
    assert set(settings["root_packages"]) == set(PRODUCT)
    apart = next(c for c in settings["contracts"] if c["type"] == "independence")
    assert set(apart["modules"]) == set(ROOMS) & set(PRODUCT)


def test_the_live_path_in_the_contract_is_all_of_orchestration_but_the_stacks() -> None:
    may_simulate = {"stack", "demo", "replay", "__init__"}
    parts = {path.stem for path in (ROOT / "orchestration").iterdir() if _is_module(path)}
    contract = next(c for c in _contracts()["contracts"] if c["id"] == "live-path")
    live = {name for name in contract["source_modules"] if name.startswith("orchestration.")}
    assert live == {f"orchestration.{part}" for part in parts - may_simulate}


def test_a_sensor_file_is_the_only_place_outside_orchestration_that_dagster_may_enter() -> None:
    contract = next(c for c in _contracts()["contracts"] if c["id"] == "dagster")
    exempt = {line.split(" -> ")[0] for line in contract["ignore_imports"]}
    assert all(name.startswith("sensors.") and name.endswith("_sensor") for name in exempt)


def test_definitions_are_wiring_of_fewer_than_sixty_lines() -> None:
    (wiring,) = (m for m in modules("orchestration") if m.place.endswith("/definitions.py"))
    assert len(wiring.source.splitlines()) < 60


def _is_module(path: Path) -> bool:
    return path.suffix == ".py" or (path / "__init__.py").exists()
