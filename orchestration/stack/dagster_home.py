"""Dagster's own files for a local stack: instance, storage and where its code server is."""

from __future__ import annotations

import json
from pathlib import Path


def write_dagster_home(folder: Path, *, storage_url: str, code_server_port: int) -> Path:
    """Write dagster.yaml and workspace.yaml (JSON is YAML) and return the workspace file."""
    folder.mkdir(parents=True, exist_ok=True)
    instance = {
        "storage": {"postgres": {"postgres_url": storage_url}},
        "telemetry": {"enabled": False},
        # An op retry and a run retry would multiply; our own tables carry all correctness.
        "run_retries": {"enabled": False, "retry_on_asset_or_op_failure": False},
        "run_monitoring": {
            "enabled": True,
            "start_timeout_seconds": 120,
            "poll_interval_seconds": 15,
        },
        "run_coordinator": {
            "module": "dagster._core.run_coordinator",
            "class": "DefaultRunCoordinator",
        },
        "schedules": {"use_threads": False},
        "sensors": {"use_threads": False},
    }
    home = folder / "dagster.yaml"
    home.touch(mode=0o600)
    home.write_text(json.dumps(instance, indent=2))
    workspace = folder / "workspace.yaml"
    server = {"host": "127.0.0.1", "port": code_server_port, "location_name": "kept_informed"}
    workspace.write_text(json.dumps({"load_from": [{"grpc_server": server}]}, indent=2))
    return workspace
