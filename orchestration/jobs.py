"""The jobs that Dagster launches: the live run that keeps all forces read, and the marts.

What a live run does is in `orchestration.live`; this module only gives it a run to live in.
"""

# Dagster reads the annotations of its functions as objects: no postponed evaluation here.

import dagster as dg

from orchestration.live.report import materializations
from orchestration.live.run import LiveRun
from orchestration.settings import Settings


@dg.op(required_resource_keys={"settings"})
def keep_forces_read(context: dg.OpExecutionContext) -> None:
    """Read, land, transform and hand over, batch by batch, for a bounded time."""
    settings: Settings = context.resources.settings
    with LiveRun(settings, run_id=context.run_id) as run:
        for batch in run.batches():
            for event in materializations(batch):
                context.log_event(event)


@dg.job(
    name="live",
    executor_def=dg.in_process_executor,
    description="Keeps all forces read: one writer, restarted by the forces' sensors.",
)
def live_job() -> None:
    keep_forces_read()


marts_job = dg.define_asset_job(
    "marts",
    selection=dg.AssetSelection.groups("marts"),
    executor_def=dg.in_process_executor,
    description="Brings the reporting marts up to date.",
)

marts_schedule = dg.ScheduleDefinition(
    job=marts_job,
    cron_schedule="*/15 * * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
