"""Writes the dbt manifest that Dagster reads its assets from; set-up and the tests call it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from dbt.cli.main import dbtRunner

from orchestration.settings import DBT_PROJECT
from orchestration.transform import TransformFailed, write_profile

MANIFEST = DBT_PROJECT / "target" / "manifest.json"


def write_manifest() -> Path:
    """Parse the project without a database and return the manifest's path."""
    with tempfile.TemporaryDirectory() as folder:
        # Parsing reads the profile but connects to nothing.
        profiles = write_profile("postgresql://nobody@127.0.0.1:1/none", Path(folder))
        result = dbtRunner().invoke(
            ["--quiet", "parse", "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(profiles)]
        )
    if not result.success:
        raise TransformFailed(f"The dbt project cannot be parsed: {result.exception}")
    return MANIFEST
