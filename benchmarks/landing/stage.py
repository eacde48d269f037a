"""The source of the benchmark: one table of 20 columns, a login that may only read, its feed.

Nothing is measured here.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import psycopg
import yaml

from deploy.local.postgres import EmbeddedPostgres, Server, create_database, drop_database
from sensors.feeds import LANDING_ORDER, Force, load_forces
from sensors.landing.tables import prepare_landing

ROOT = Path(__file__).resolve().parents[2]
CLUSTER = ROOT / ".kept" / "benchmark-postgres"
CONTROL_SQL = ROOT / "deploy" / "database" / "control.sql"
LOGIN, PASSWORD = "benchmark_reader", "only-reads"
# Rows of the table that the cost of a look is measured on.
FEW = 10_000
SOURCE, TARGET = "benchmark_source", "benchmark_target"

COLUMNS = {
    "crime_id": ("bigint", "n"),
    "crime_ref": ("text", "'42/' || n || '/26'"),
    "incident_id": ("bigint", "n * 7"),
    "crime_type": ("varchar(40)", "'type ' || n % 16"),
    "home_office_class": ("text", "'0' || n % 200"),
    "status": ("varchar(20)", "(array['OPEN','CLOSED','CHARGED'])[1 + n % 3]"),
    "status_at": ("timestamptz", "now() - n * interval '7 s'"),
    "crimed_at": ("timestamptz", "now() - n * interval '9 s'"),
    "occurred_at": ("timestamp", "localtimestamp - n * interval '11 s'"),
    "occurred_on": ("date", "current_date - (n % 700)::int"),
    "is_domestic": ("boolean", "n % 9 = 0"),
    "is_hate": ("boolean", "case when n % 5 > 0 then n % 50 = 1 end"),
    "officer_id": ("integer", "(n % 4000)::int"),
    "team": ("text", "'Response team ' || n % 40"),
    "area": ("char(4)", "'A' || n % 100"),
    "loss": ("numeric(12,2)", "(n % 100000) * 1.37"),
    "longitude": ("double precision", "-0.4 + n / 1e6::float8"),
    "latitude": ("double precision", "52.1 + n / 1e6::float8"),
    "summary": ("text", "repeat('Door forced, nothing else. ', 1 + (n % 3)::int)"),
    "updated_at": ("timestamptz", "now() - n * interval '5 s'"),
}


@dataclass(frozen=True)
class Stage:
    """Where the benchmark's source and target are, and the folder of the declarations."""

    url: str
    odbc: str
    target: str
    owner: str
    folder: str

    @property
    def force(self) -> Force:
        """The force with one large feed."""
        return load_forces(Path(self.folder))["kent"]

    @property
    def force_of_seven(self) -> Force:
        """The force with seven feeds of a table of FEW rows each."""
        return load_forces(Path(self.folder))["essex"]


@contextmanager
def set_stage(rows: int) -> Iterator[Stage]:
    """A PostgreSQL of the benchmark's own with `rows` rows in the source; it is stopped after."""
    CLUSTER.parent.mkdir(exist_ok=True)
    with CLUSTER.with_suffix(".lock").open("w") as lock:
        # Two runs at once would measure each other, and share one source.
        fcntl.flock(lock, fcntl.LOCK_EX)
        cluster = EmbeddedPostgres(CLUSTER)
        server = cluster.start()
        try:
            with TemporaryDirectory() as folder:
                yield _fill(server, rows, Path(folder))
        finally:
            drop_database(server, SOURCE)
            drop_database(server, TARGET)
            cluster.stop()


def empty_target(stage: Stage) -> None:
    """Make the target new: no version, no mirror, no cursor."""
    with psycopg.connect(stage.target, autocommit=True) as connection:
        connection.execute("drop schema if exists raw_kent, raw_essex, landing, plain cascade")
        connection.execute(CONTROL_SQL.read_bytes())
        prepare_landing(connection, [stage.force, stage.force_of_seven])
        connection.execute("create schema plain")
        connection.execute(f"create table plain.crimes ({_definitions()})".encode())
        connection.execute("checkpoint")


def _fill(server: Server, rows: int, folder: Path) -> Stage:
    for name in (SOURCE, TARGET):
        drop_database(server, name)
    source, target = create_database(server, SOURCE), create_database(server, TARGET)
    values = ", ".join(expression for _, expression in COLUMNS.values())
    with psycopg.connect(source, autocommit=True) as connection:
        connection.execute(f"create table crimes ({_definitions()})".encode())
        connection.execute(
            f"insert into crimes select {values} from generate_series(1, {rows}::bigint) n".encode()
        )
        connection.execute(
            f"create table few as select * from crimes order by crime_id limit {FEW}".encode()
        )
        for table in ("crimes", "few"):
            connection.execute(f"create unique index on {table} (crime_id)".encode())
            connection.execute(f"create index on {table} (updated_at)".encode())
            connection.execute(f"vacuum analyze {table}".encode())
        connection.execute(f"drop role if exists {LOGIN}".encode())
        connection.execute(f"create role {LOGIN} login password '{PASSWORD}'".encode())
        connection.execute(f"grant select on crimes, few to {LOGIN}".encode())
    _declare(folder, "kent", ["crimes"], "crimes")
    _declare(folder, "essex", LANDING_ORDER, "few")
    place = urlsplit(source)
    address = f"{place.hostname}:{place.port}"
    return Stage(
        url=f"postgresql://{LOGIN}:{PASSWORD}@{address}/{SOURCE}",
        odbc=(
            f"Driver={{PostgreSQL Unicode}};Server={place.hostname};Port={place.port};"
            f"Database={SOURCE};Uid={LOGIN};Pwd={PASSWORD}"
        ),
        target=target,
        owner=source,
        folder=str(folder),
    )


def _declare(folder: Path, force: str, feeds: Sequence[str], table: str) -> None:
    feed = {"table": table, "key": ["crime_id"], "modified": "updated_at"}
    columns = [{"name": name, "data_type": kind} for name, (kind, _) in COLUMNS.items()]
    source = {
        "name": f"raw_{force}",
        "config": {"meta": {"warehouse": {"secret": "NONE", "timezone": "Europe/London"}}},
        "tables": [
            {"name": name, "config": {"meta": {"feed": feed}}, "columns": columns} for name in feeds
        ],
    }
    path = folder / force / f"_{force}__sources.yml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump({"version": 2, "sources": [source]}))


def _definitions() -> str:
    return ", ".join(f"{name} {kind}" for name, (kind, _) in COLUMNS.items())
