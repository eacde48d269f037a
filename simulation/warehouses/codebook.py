"""The codes that a force's systems write for our words, and the labels that go with them.

Mapping them back is the dbt project's task, from a file of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import yaml

from simulation.warehouses.layout import FOLDER


@dataclass(frozen=True)
class SourceCode:
    """One code of the source with its label."""

    code: str
    label: str


class Codebook:
    """The codes of one force, by code set and our word for it."""

    def __init__(self, code_sets: dict[str, dict[str, tuple[SourceCode, ...]]]) -> None:
        self.code_sets = code_sets

    def code(self, code_set: str, word: str, row: int) -> SourceCode:
        """The code for our word; of several, always the same one for the same row.

        A word that the force has no code for stands for itself, as an unknown code does.
        """
        codes = self.code_sets[code_set].get(word)
        return codes[row % len(codes)] if codes else SourceCode(word, word)


@cache
def codebook_for(force: str) -> Codebook:
    text = (FOLDER / "codes" / f"{force}.yml").read_text(encoding="utf-8")
    read: dict[str, dict[str, str | list[str]]] = yaml.safe_load(text)
    return Codebook(
        {
            code_set: {word: _codes(entry) for word, entry in entries.items()}
            for code_set, entries in read.items()
        }
    )


def _codes(entry: str | list[str]) -> tuple[SourceCode, ...]:
    entries = [entry] if isinstance(entry, str) else entry
    pairs = (text.partition(" | ") for text in entries)
    return tuple(SourceCode(code, label) for code, _, label in pairs)
