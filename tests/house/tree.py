"""What is in the checkout: tracked files, packages, modules and their syntax trees.

Which rules they have to keep is in the tests beside this file.
"""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STAGING = ROOT / "dbt_project" / "models" / "staging"
FORCES = tuple(sorted(path.name for path in STAGING.iterdir() if path.is_dir()))
NOT_PRODUCT = {"tests", "benchmarks"}
PACKAGES = tuple(sorted(path.parent.name for path in ROOT.glob("*/__init__.py")))
PRODUCT = tuple(name for name in PACKAGES if name not in NOT_PRODUCT)


@dataclass(frozen=True)
class Module:
    """One Python file; `place` is its path from the root of the checkout."""

    place: str
    source: str
    tree: ast.Module

    def at(self, node: ast.expr | ast.stmt) -> str:
        """Where somebody has to look: path and line."""
        return f"{self.place}:{node.lineno}"


@cache
def modules(*packages: str) -> tuple[Module, ...]:
    """Every module of these packages; of the whole product if none is named."""
    return tuple(_read(packages or PRODUCT))


def tracked() -> list[Path]:
    """The files that a clone would hold and that are there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    paths = (ROOT / name for name in listed.split("\0") if name)
    return [path for path in paths if path.is_file()]


def _read(packages: tuple[str, ...]) -> Iterator[Module]:
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            yield Module(str(path.relative_to(ROOT)), source, ast.parse(source))
