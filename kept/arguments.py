"""Checks arguments and turns expected errors into one clear line and an exit code."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date
from typing import ParamSpec

import typer
from pydantic import ValidationError

from deploy.local.postgres import PostgresUnavailable
from deploy.local.processes import ProcessDied
from orchestration.errors import OperatorError
from orchestration.settings import FORCE_FOLDERS
from sensors.errors import SensorError

P = ParamSpec("P")


class Failure(Exception):
    """Something expected went wrong; the message is all that is shown."""


def reported(command: Callable[P, None]) -> Callable[P, None]:
    """Show expected errors as one line and exit with 1; anything else keeps its traceback."""

    @functools.wraps(command)
    def run(*arguments: P.args, **options: P.kwargs) -> None:
        try:
            command(*arguments, **options)
        except (Failure, OperatorError, SensorError, PostgresUnavailable, ProcessDied) as error:
            typer.secho(f"kept: {error}", err=True, fg=typer.colors.RED)
            raise typer.Exit(1) from None
        except ValidationError as error:
            first = error.errors()[0]
            typer.secho(f"kept: the setting {first['loc']} is wrong: {first['msg']}", err=True)
            raise typer.Exit(2) from None

    return run


def known_forces() -> list[str]:
    return sorted(path.name for path in FORCE_FOLDERS.iterdir() if path.is_dir())


def force_names(name: str) -> str:
    """The force's name, or a wrong-argument error that lists the right ones."""
    if name not in known_forces():
        raise typer.BadParameter(
            f"{name!r} is not a force; choose from {', '.join(known_forces())}"
        )
    return name


def valid_forces(listed: str) -> tuple[str, ...]:
    """Names out of a comma-separated list; empty means all."""
    return tuple(force_names(name.strip()) for name in listed.split(",") if name.strip())


def day(text: str) -> date:
    """A calendar day such as 2026-01-31."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date; write it like 2026-01-31") from None
