"""Every module is small, named after its idea, says what it holds, and gets its values passed in.

Formatting, lint and types are checked by the gate with ruff and mypy.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import FORCES, Module, modules

LONGEST_FILE = 350
LONGEST_FUNCTION = 60
SETTINGS = "orchestration/settings.py"
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "shared"}
READS_ENVIRONMENT = {"environ", "environb", "getenv", "getenvb"}

# Code that names a force on purpose, and the comment beside it says why.
NAMED_ON_PURPOSE = {("orchestration/stack/stack.py", "hertfordshire")}


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    lengths = {module.place: len(module.source.splitlines()) for module in modules()}
    assert not {place: n for place, n in lengths.items() if n > LONGEST_FILE}


def test_no_function_is_longer_than_a_screen() -> None:
    too_long = [
        f"{module.at(node)} {node.name}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert not too_long


def test_no_module_is_named_after_nothing_in_particular() -> None:
    named = modules() + modules("tests")
    assert not [module.place for module in named if NAMELESS & set(Path(module.place).parts)]
    assert not [module.place for module in named if Path(module.place).stem in NAMELESS]


def test_every_module_says_what_lives_in_it() -> None:
    marks_a_package = {m for m in modules("tests") if not m.source}
    ours = [m for m in modules() + modules("tests") if m not in marks_a_package]
    assert not [m.place for m in ours if not ast.get_docstring(m.tree)]


def test_only_the_settings_read_the_environment() -> None:
    readers = {m.place: list(_environment_reads(m)) for m in modules()}
    assert readers.pop(SETTINGS), "the check itself has gone blind"
    assert not [place for places in readers.values() for place in places]


def test_python_outside_the_simulation_names_no_force() -> None:
    product = modules("sensors", "notifiers", "reports", "orchestration", "deploy")
    found = {(module.place, name) for module in product for name in _forces_named(module)}
    assert found == NAMED_ON_PURPOSE


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos.environ['A']",
        "import os\nos.getenv('A')",
        "from os import environ",
        "from pydantic_settings import BaseSettings",
    ],
)
def test_every_way_of_reading_the_environment_is_seen(source: str) -> None:
    assert list(_environment_reads(Module("some/place.py", source, ast.parse(source))))


def _environment_reads(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute):
            owner = node.value
            if node.attr in READS_ENVIRONMENT and isinstance(owner, ast.Name) and owner.id == "os":
                yield module.at(node)
        elif isinstance(node, ast.ImportFrom):
            taken = {alias.name for alias in node.names}
            from_os = node.module == "os" and taken & READS_ENVIRONMENT
            if from_os or node.module == "pydantic_settings":
                yield module.at(node)


def _forces_named(module: Module) -> set[str]:
    """Force names in the text of string constants, docstrings left out."""
    texts = {
        node.value
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    words = {word for text in texts - _docstrings(module) for word in re.findall(r"\w+", text)}
    pieces = words | {piece for word in words for piece in word.split("_")}
    return {force for force in FORCES if force in {piece.lower() for piece in pieces}}


def _docstrings(module: Module) -> set[str]:
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = (
        ast.get_docstring(node, clean=False)
        for node in ast.walk(module.tree)
        if isinstance(node, documented)
    )
    return {text for text in found if text is not None}
