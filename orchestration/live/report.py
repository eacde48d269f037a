"""Tells Dagster what a micro-batch brought, as asset materialisations with counts."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg

from orchestration.live.run import TransformedBatch

DECIDED_ASSETS = ("fct_case_state_change", "fct_journey_decision")


def materializations(batch: TransformedBatch) -> Iterator[dg.AssetMaterialization]:
    """One event per landed feed of each force, and one per table that was decided."""
    for force, (done, seen) in batch.window.items():
        for feed in batch.feeds_by_force[force]:
            yield dg.AssetMaterialization(
                [f"raw_{force}", feed], metadata={"after_batch": done, "up_to_batch": seen}
            )
    for name in DECIDED_ASSETS:
        yield dg.AssetMaterialization(
            name,
            metadata={"seconds": round(batch.seconds, 3), "forces": ", ".join(batch.window)},
        )
