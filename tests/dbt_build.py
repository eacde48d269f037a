"""Builds the whole dbt project in a fresh database and runs its data tests and unit tests.

A check of the gate, run as `python -m tests.dbt_build`; it is not a test module itself.
"""

from __future__ import annotations

import secrets
import sys
import tempfile
from pathlib import Path

from dbt.cli.main import dbtRunner

from deploy.local.postgres import EmbeddedPostgres, create_database, drop_database
from orchestration.settings import DBT_PROJECT
from orchestration.stack.databases import prepare_product
from orchestration.transform import write_profile
from tests.conftest import TEST_CLUSTER


def main() -> int:
    """Exit code 0 if every model, test and unit test passed."""
    server = EmbeddedPostgres(TEST_CLUSTER).start()
    name = f"test_dbt_{secrets.token_hex(4)}"
    create_database(server, name)
    try:
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            url = prepare_product(
                server,
                name,
                work_folder=work,
                say=lambda line: None,
            )
            profiles = write_profile(url, work)
            places = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(profiles)]
            target = ["--target-path", str(work / "target")]
            result = dbtRunner().invoke(["--quiet", "test", *places, *target])
    finally:
        drop_database(server, name)
    ran = len(result.result or [])  # type: ignore[arg-type]
    sys.stdout.write(f"   {ran} dbt tests and unit tests ran\n")
    return 0 if result.success and ran else 1


if __name__ == "__main__":
    raise SystemExit(main())
