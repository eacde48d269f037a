"""All settings, read from the environment in this one place.

Nothing else in the project reads an environment variable; every room gets its values passed in.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from orchestration.errors import OperatorError

ROOT = Path(__file__).resolve().parent.parent
DBT_PROJECT = ROOT / "dbt_project"
FORCE_FOLDERS = DBT_PROJECT / "models" / "staging"


class MissingSetting(OperatorError):
    """A setting that this command needs is not there; the message names it."""


class Settings(BaseSettings):
    """Environment variables with the prefix KEPT_, for example KEPT_DATABASE_URL."""

    model_config = SettingsConfigDict(env_prefix="KEPT_")

    home: Path = Field(default=ROOT / ".kept", description="Where local data and run files live.")
    server_url: str | None = Field(
        default=None,
        description="An existing PostgreSQL (16 or newer) for demo, development and tests, with a "
        "login that may create databases and roles; otherwise an embedded one is started.",
    )
    database_url: str | None = Field(default=None, description="The product's own database.")
    forces: str = Field(
        default="", description="The forces to read, separated by commas; empty means all."
    )
    notify_rate_per_minute: int = Field(default=2700, description="Below the provider's 3,000.")
    poll_seconds: float = Field(default=0.3, description="Pause between two looks at a warehouse.")
    live_minutes: float = Field(default=60, description="How long one live run lasts.")

    @property
    def chosen_forces(self) -> tuple[str, ...]:
        """Names out of `forces`; none means every force that has a folder."""
        return tuple(name.strip() for name in self.forces.split(",") if name.strip())

    @property
    def run_folder(self) -> Path:
        return self.home / "run"

    @property
    def stack_record(self) -> Path:
        """What a local stack notes about itself for commands such as `kept status`."""
        return self.run_folder / "stack.json"

    def database(self) -> str:
        """The product's own database: the setting, or that of the local stack."""
        if self.database_url is not None:
            return self.database_url
        if self.stack_record.exists():
            return str(json.loads(self.stack_record.read_text())["database_url"])
        raise MissingSetting(
            "KEPT_DATABASE_URL is not set, and there is no local stack. "
            "Run `kept demo` or `kept up` first, or set KEPT_DATABASE_URL."
        )


def secret(name: str) -> str:
    """A secret by the name that a force's folder gives it, such as KEPT_SOURCE_KENT."""
    value = os.environ.get(name)
    if not value:
        raise MissingSetting(f"The secret {name} is not set in the environment.")
    return value


def child_environment(extra: dict[str, str]) -> dict[str, str]:
    """The environment of a process that we start, with telemetry off everywhere."""
    quiet = {
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "GX_ANALYTICS_ENABLED": "False",
        "PYTHONUNBUFFERED": "1",
    }
    return {**os.environ, **quiet, **extra}
