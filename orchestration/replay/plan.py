"""What a replay is asked to do, and where it keeps its things."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orchestration.settings import Settings

# Cases are recorded on every fourth day and read on the next morning. Standard journeys
# acknowledge within 24 hours of grading, and readings further apart than four days would let
# messages with a day's delay expire between two of them.
DAYS_BETWEEN = 4


@dataclass(frozen=True)
class ReplayPlan:
    """`months` limits the replay to the first ones; `name` tells its databases from others'."""

    folder: Path
    force: str
    name: str
    days_between: int = DAYS_BETWEEN
    months: int | None = None

    @property
    def source(self) -> str:
        """The database of the force's warehouse."""
        return f"src_open_{self.name}"

    @property
    def product(self) -> str:
        """The database that the pipeline works in."""
        return f"kept_open_{self.name}"

    def run_folder(self, settings: Settings) -> Path:
        return settings.home / "run" / f"open-data-{self.name}"

    def report(self, settings: Settings) -> Path:
        return settings.home / f"open-data-{self.name}.json"
