"""What is written to a warehouse at once: a record, when it was recorded, and a name for it.

How the record is stored is the layout's and the warehouse's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from simulation.world.entities import Entity


@dataclass(frozen=True, slots=True)
class Change:
    """Insert or update `entity`. Without `recorded_at` the warehouse's clock says when.

    A change with a `name` is written into the journal, for the measuring of latency.
    """

    entity: Entity
    recorded_at: datetime | None = None
    name: str = ""
