"""All settings, read from the environment in this one place.

Nothing else in the project reads an environment variable; every room gets its values passed in.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
DBT_PROJECT = ROOT / "dbt_project"
FORCE_FOLDERS = DBT_PROJECT / "models" / "staging"


class MissingSetting(RuntimeError):
    """A setting that this command needs is not there; the message names it."""


class Settings(BaseSettings):
    """Environment variables with the prefix KEPT_, for example KEPT_DATABASE_URL."""

    model_config = SettingsConfigDict(env_prefix="KEPT_")

    home: Path = Field(default=ROOT / ".kept", description="Where local data and run files live.")
    database_url: str | None = Field(
        default=None, description="An existing PostgreSQL 16 or newer instead of the embedded one."
    )
    mode: Literal["test", "live"] = Field(
        default="test", description="Live mode refuses drama numbers and a moved clock."
    )
    notify_url: str = Field(
        default="https://api.notifications.service.gov.uk", description="GOV.UK Notify's address."
    )
    notify_rate_per_minute: int = Field(default=2700, description="Below the provider's 3,000.")
    inbox_port: int = Field(default=6012, description="Where delivery receipts arrive.")
    poll_seconds: float = Field(default=0.3, description="Pause between two looks at a warehouse.")
    live_minutes: float = Field(default=60, description="How long one live run lasts.")

    @property
    def run_folder(self) -> Path:
        return self.home / "run"

    def database(self) -> str:
        """The product's own database; a command that starts the embedded one sets it first."""
        if self.database_url is None:
            raise MissingSetting(
                "KEPT_DATABASE_URL is not set, and no local stack is running. "
                "Run `kept up` or `kept demo` first, or set KEPT_DATABASE_URL."
            )
        return self.database_url


def secret(name: str) -> str:
    """A secret by the name that a force's folder gives it, such as KEPT_SOURCE_KENT."""
    value = os.environ.get(name)
    if not value:
        raise MissingSetting(f"The secret {name} is not set in the environment.")
    return value


def optional_secret(name: str) -> str | None:
    return os.environ.get(name) or None


def child_environment(extra: dict[str, str]) -> dict[str, str]:
    """The environment of a process that we start, with telemetry off everywhere."""
    quiet = {
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "GX_ANALYTICS_ENABLED": "False",
        "PYTHONUNBUFFERED": "1",
    }
    return {**os.environ, **quiet, **extra}
