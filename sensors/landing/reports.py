"""What one landing did, in counts; it holds no value of any row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["poll", "hot", "sweep"]


@dataclass(frozen=True)
class BatchReport:
    """The counts of one batch; `batch_id` is the row in landing.batch and `_batch` in raw."""

    force: str
    feed: str
    kind: Kind
    batch_id: int
    is_baseline: bool
    read_rows: int
    new_versions: int
    deleted_versions: int = 0
    quarantined: int = 0
