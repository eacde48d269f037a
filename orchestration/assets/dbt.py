"""The dbt models as Dagster assets, from the manifest that set-up writes.

Micro-batches do not run through here (see `orchestration.live`); backfills and marts do.
"""

# Dagster reads the annotations of its functions as objects: no postponed evaluation here.

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, dbt_assets

from orchestration.settings import DBT_PROJECT, Settings
from orchestration.transform import write_profile


class RoomTranslator(DagsterDbtTranslator):
    """Groups models by their room: staging by force, the others by folder."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        folders = list(dbt_resource_props["fqn"])[1:-1]
        return str(folders[1] if folders[:1] == ["staging"] else folders[0]) if folders else "seeds"


def build_dbt_assets(project: Path) -> dg.AssetsDefinition:
    @dbt_assets(
        manifest=project / "target" / "manifest.json", dagster_dbt_translator=RoomTranslator()
    )
    def dbt_models(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        yield from dbt.cli(["build"], context=context).stream()

    return dbt_models


def dbt_resource(settings: Settings) -> DbtCliResource:
    profiles = write_profile(settings.database(), settings.run_folder)
    return DbtCliResource(
        project_dir=str(DBT_PROJECT),
        profiles_dir=str(profiles),
        # The dbt of this very environment, whatever the search path says.
        dbt_executable=str(Path(sys.executable).parent / "dbt"),
    )
