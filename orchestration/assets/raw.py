"""The landed feeds as Dagster assets, so that their lineage and their batches can be seen.

They are materialised by the live run; nothing here reads a source.
"""

from __future__ import annotations

from collections.abc import Mapping

import dagster as dg

from sensors.feeds import Force


def raw_key(force: str, feed: str) -> dg.AssetKey:
    """The key that dagster-dbt gives to the dbt source of the same feed."""
    return dg.AssetKey([f"raw_{force}", feed])


def build_raw_assets(forces: Mapping[str, Force]) -> list[dg.AssetSpec]:
    return [
        dg.AssetSpec(
            raw_key(force.name, feed.name),
            group_name=force.name,
            description=f"Every observed version of {feed.name} of {force.name}.",
            kinds={"postgres"},
        )
        for force in forces.values()
        for feed in force.feeds
    ]
