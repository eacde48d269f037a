"""What Dagster shows: sensors per force, the live run, and the dbt models as assets.

Wiring only; no rule and no SQL lives here.
"""

from __future__ import annotations

import dagster as dg

from orchestration.assets.dbt import build_dbt_assets, dbt_resource
from orchestration.assets.raw import build_raw_assets
from orchestration.forces import read_forces
from orchestration.jobs import live_job, marts_job, marts_schedule
from orchestration.settings import DBT_PROJECT, Settings
from sensors.force_sensor import build_force_sensors


def build_defs(settings: Settings) -> dg.Definitions:
    """Everything in one place, for one database."""
    forces = read_forces(settings.chosen_forces)
    return dg.Definitions(
        assets=[*build_raw_assets(forces), build_dbt_assets(DBT_PROJECT)],
        jobs=[live_job, marts_job],
        schedules=[marts_schedule],
        sensors=build_force_sensors(list(forces), settings.database()),
        resources={"settings": settings, "dbt": dbt_resource(settings)},
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What a code server loads; made when it is asked for, not at import."""
    return build_defs(Settings())
