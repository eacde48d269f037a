"""The two databases of a replay, made anew: the force's empty warehouse, and the product's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import psycopg

from deploy.local.postgres import Server, create_database, drop_database
from orchestration.replay.plan import ReplayPlan
from orchestration.schema import apply_schema
from orchestration.settings import FORCE_FOLDERS
from orchestration.transform import Transform
from sensors.feeds import Force, load_forces
from sensors.landing.tables import prepare_landing
from simulation.warehouses.build import WarehouseInfo, build_warehouse


def make_source(server: Server, plan: ReplayPlan, *, begins_at: datetime) -> WarehouseInfo:
    """The force's warehouse in its own layout, with its officers and nothing else."""
    return build_warehouse(
        server,
        plan.force,
        seed=1,
        scale=1.0,
        history_days=0,
        now=begins_at,
        database=plan.source,
    )


def make_product(
    server: Server, plan: ReplayPlan, work_folder: Path, check: Callable[[], None]
) -> tuple[str, Transform]:
    """The product's database with every table; returns its URL and a transform ready to run."""
    drop_database(server, plan.product)
    url = create_database(server, plan.product)
    apply_schema(url)
    with psycopg.connect(url) as connection:
        prepare_landing(connection, load_forces(FORCE_FOLDERS).values())
    transform = Transform(url, work_folder)
    for step in (transform.prepare, transform.load_seeds, transform.build_tables):
        check()
        step()
    return url, transform


def replayed_force(name: str) -> Force:
    """The force as declared, except that any feed may be empty: the files begin with nothing."""
    force = load_forces(FORCE_FOLDERS)[name]
    return replace(force, feeds=tuple(replace(feed, may_be_empty=True) for feed in force.feeds))
