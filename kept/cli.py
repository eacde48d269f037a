"""The commands of `kept`: arguments in, a room called, an answer printed, an exit code.

0 is success, 1 means that something failed and the line says what, 2 means wrong arguments.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer
from rich.console import Console

from kept.arguments import Failure, day, force_names, reported, valid_forces
from kept.printing import as_json, print_explanation, print_status
from orchestration.settings import Settings

app = typer.Typer(
    help="Keep victims of crime informed, from each police force's own records.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    # Plain text: an error is one line, also in a log.
    rich_markup_mode=None,
)
console = Console()

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Force = Annotated[str, typer.Option("--force", metavar="FORCE", help="For example: kent.")]
Forces = Annotated[
    str, typer.Option("--forces", metavar="A,B", help="Some forces only, separated by commas.")
]


@app.command()
@reported
def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="Stop by itself and sum up.")] = False,
    forces: Forces = "",
    minutes: Annotated[
        float | None, typer.Option(min=0.2, help="Stop after so many minutes.")
    ] = None,
) -> None:
    """Watch case changes in generated warehouses become delivered messages."""
    from orchestration.demo.show import DemoPlan, run_demo

    plan = DemoPlan(forces=valid_forces(forces), once=once, minutes=minutes)
    run_demo(Settings(), plan, console)


@app.command()
@reported
def up(
    *,
    forces: Forces = "",
    changes_per_second: Annotated[
        float, typer.Option(min=0.01, max=100, help="How lively the generated forces are.")
    ] = 1.0,
) -> None:
    """Start everything for development, with Dagster's pages, until Ctrl-C."""
    from orchestration.demo.develop import stay_up

    stay_up(Settings(), valid_forces(forces), changes_per_second, console)


@app.command()
@reported
def down() -> None:
    """Stop whatever a demo or `kept up` left running here."""
    from orchestration.stack.stack import end_everything

    end_everything(Settings())


@app.command()
@reported
def status(*, json_: Json = False) -> None:
    """Is each force read, transformed and sent; and if not, why?"""
    from reports.status import read_status

    with _connect() as connection:
        found = read_status(connection)
    console.print_json(as_json(found)) if json_ else print_status(console, found)


@app.command()
@reported
def explain(
    *,
    force: Force,
    case: Annotated[str, typer.Option("--case", metavar="REF", help="Incident or crime number.")],
    json_: Json = False,
) -> None:
    """Why was somebody told, or not told, something in this case?"""
    from reports.explain import CaseNotFound, explain_case

    name = force_names(force)
    with _connect() as connection:
        try:
            found = explain_case(connection, name, case)
        except CaseNotFound as error:
            raise Failure(str(error)) from None
    console.print_json(as_json(found)) if json_ else print_explanation(console, found)


@app.command("load-open-data")
@reported
def load_open_data(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", exists=True, file_okay=False, help="Street and outcomes CSV files."
        ),
    ],
    *,
    force: Force,
) -> None:
    """Replay a folder of data.police.uk files month by month through the whole pipeline."""
    from orchestration.replay import replay_open_data

    replay_open_data(Settings(), folder, force_names(force), console)


@app.command()
@reported
def simulate(
    *,
    force: Force,
    from_: Annotated[
        date, typer.Option("--from", parser=day, metavar="DATE", help="First day, 2026-01-31.")
    ],
    to: Annotated[
        date, typer.Option("--to", parser=day, metavar="DATE", help="Last day, included.")
    ],
) -> None:
    """Generate a force's activity between two dates in its simulated warehouse."""
    from orchestration.demo.period import simulate_days

    if to < from_:
        raise typer.BadParameter(f"--to {to} lies before --from {from_}")
    written = simulate_days(Settings(), force_names(force), from_, to)
    console.print(f"{written:,} changes were written into the warehouse of {force}.")


@app.command()
@reported
def thaw(*, force: Force) -> None:
    """Read a frozen force again, after whatever froze it has been mended."""
    from sensors.freeze import thaw as thaw_force

    with _connect() as connection:
        was_frozen = thaw_force(connection, force_names(force))
    console.print(f"{force} is read again." if was_frozen else f"{force} was not frozen.")


@app.command(hidden=True)
@reported
def prepare() -> None:
    """Part of set-up: write the dbt manifest that Dagster reads."""
    from orchestration.manifest import write_manifest

    write_manifest()


def _connect() -> psycopg.Connection[Any]:
    try:
        return psycopg.connect(Settings().database(), connect_timeout=5, autocommit=True)
    except psycopg.OperationalError:
        raise Failure(
            "The database does not answer. Is a stack running (`kept demo` or `kept up`), "
            "or does KEPT_DATABASE_URL name the right server?"
        ) from None
