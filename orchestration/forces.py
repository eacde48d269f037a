"""Which forces this installation reads: those with a folder, narrowed by a setting."""

from __future__ import annotations

from orchestration.errors import OperatorError
from orchestration.settings import FORCE_FOLDERS
from sensors.feeds import Force, load_forces


def all_forces() -> dict[str, Force]:
    """Every force that has a folder; their tables exist whether or not they are read."""
    return load_forces(FORCE_FOLDERS)


def read_forces(chosen: tuple[str, ...]) -> dict[str, Force]:
    """The chosen forces, or all. OperatorError names one that has no folder."""
    forces = all_forces()
    unknown = [name for name in chosen if name not in forces]
    if unknown:
        raise OperatorError(
            f"{unknown[0]} has no folder under dbt_project/models/staging; "
            f"KEPT_FORCES may name {', '.join(forces)}."
        )
    return {name: forces[name] for name in chosen or tuple(forces)}
