"""What a clone holds: locked dependencies, no trace of the machine it was written on, no litter."""

from __future__ import annotations

import re
import subprocess
import tomllib
from fnmatch import fnmatch

import pytest

from tests.house.tree import ROOT, tracked

LOCKS = ("requirements.lock", "requirements-setup.lock")
LITTER = (
    *("*.orig", "*.rej", "*.bak", "*.swp", "*.tmp", "*.log", "*.pyc", "*~", ".DS_Store"),
    *("*COMPLETE*.md", "*SUMMARY*.md", "*TODO*", "*PROGRESS*.md", "*NOTES*.md", "nohup.out"),
)
LARGEST_BYTES = 1_000_000
# Put together from pieces, so that this file does not hold what it looks for.
TRACES = tuple(
    "".join(pieces)
    for pieces in (
        ("/wo", "rk/"),
        ("/ho", "me/"),
        ("/ro", "ot/"),
        ("/Us", "ers/"),
        ("C:", "\\Us"),
        ("py", "pi.org"),
        ("files.python", "hosted"),
        ("arti", "factory"),
        ("jf", "rog"),
        ("dock", "er.io"),
        ("gh", "cr.io"),
        ("--index", "-url"),
        ("--trusted", "-host"),
    )
)
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==\S+")


def _requirements(lock: str) -> dict[str, list[str]]:
    """The hashes of each package; a line that pins nothing counts as a package without any."""
    found: dict[str, list[str]] = {}
    current = ""
    for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not line.startswith(" "):
            pinned = _PINNED.match(line)
            current = _normal(pinned.group(1)) if pinned else line
            found.setdefault(current, [])
        found[current] += re.findall(r"--hash=sha256:([0-9a-f]{64})", line)
    return found


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_version_and_a_hash(lock: str) -> None:
    locked = _requirements(lock)
    assert locked
    assert not [name for name, hashes in locked.items() if not hashes]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.findall(r"https?:|--(?:extra-)?index-url|--find-links|--trusted[-]host| @ ", text)


def test_every_declared_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    declared = [*project["dependencies"], *(line for extra in extras for line in extra)]
    names = {_normal(re.split(r"[\[<>=!~; ]", line)[0]) for line in declared}
    assert names <= _requirements("requirements.lock").keys()


@pytest.mark.parametrize("place", [".kept/postgres", ".venv/bin", "dbt_project/target/a.json"])
def test_what_setup_and_runs_make_is_ignored_by_git(place: str) -> None:
    ignored = subprocess.run(
        ["git", "check-ignore", "--quiet", "--no-index", place], cwd=ROOT, check=False
    )
    assert ignored.returncode == 0


def test_no_file_names_a_path_of_one_machine_or_a_package_index() -> None:
    pattern = re.compile("|".join(map(re.escape, TRACES)))
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match.group()}"
        for path in tracked()
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1)
        if (match := pattern.search(line))
    ]
    assert not found


def test_nothing_is_left_over() -> None:
    names = [path.relative_to(ROOT) for path in tracked()]
    assert not [n for n in names if any(fnmatch(n.name, litter) for litter in LITTER)]
    assert not [n for n in names if (ROOT / n).stat().st_size > LARGEST_BYTES]
    marks = {"__init__.py", "py.typed"}
    assert not [n for n in names if (ROOT / n).stat().st_size == 0 and n.name not in marks]
