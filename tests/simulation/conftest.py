"""A small generated warehouse for every force, built once for the tests of this room.

The server and the control database come from the tests' common conftest.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from deploy.local.postgres import Server
from simulation.warehouses import WarehouseInfo, build_warehouse
from simulation.warehouses.server import drop_warehouse
from simulation.world.calibration import FORCES

NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)


@pytest.fixture(scope="session")
def warehouses(server: Server) -> Iterator[dict[str, WarehouseInfo]]:
    """The seven warehouses by force, with 40 days of history at half a percent of the volumes."""
    suffix = secrets.token_hex(4)
    built = {
        force: build_warehouse(
            server,
            force,
            seed=7,
            scale=0.005,
            history_days=40,
            now=NOW,
            database=f"src_{force}_{suffix}",
        )
        for force in FORCES
    }
    yield built
    for info in built.values():
        drop_warehouse(server, info.database)
