"""The statements a reader sends to a PostgreSQL source, whichever driver carries them.

All values are literals, because COPY takes no parameters and drivers differ in theirs. Nothing
is executed here.
"""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from sensors.canonical import cast, names, row_hash, settings_sql, type_sql
from sensors.feeds import Column, Feed
from sensors.readers.protocol import Glance

BEGIN_SNAPSHOT = "begin transaction isolation level repeatable read, read only"
# Rows counted at most in the overlap; a table whose every row got one time must not cost a scan.
OVERLAP_COUNTED = 1000


def session_sql(statement_timeout_seconds: float) -> str:
    """What each session is set to before anything is read."""
    return (
        "set session characteristics as transaction read only; "
        f"{timeout_sql(statement_timeout_seconds)}; {settings_sql(local=False)}"
    )


def timeout_sql(seconds: float) -> str:
    """How long the next statement may take, and how long it may wait for a lock."""
    milliseconds = int(seconds * 1000)
    return f"set statement_timeout = {milliseconds}; set lock_timeout = {milliseconds // 2}"


# An owner or superuser holds these privileges implicitly, and has_*_privilege says so.
WRITABLE_SQL = """
select case
    when current_setting('transaction_read_only') <> 'on' then 'its session is not read-only'
    when (select rolsuper or rolcreatedb or rolcreaterole from pg_roles
          where rolname = current_user) then 'it is an administrator'
    when has_database_privilege(current_database(), 'create')
        then 'it may create schemas in the database'
    else (
        select 'it may change ' || c.oid::regclass
        from pg_class as c
        where c.relkind in ('r', 'p', 'v', 'm', 'f')
            and c.relnamespace not in (select oid from pg_namespace where nspname ~ '^pg_')
            and c.relnamespace <> 'information_schema'::regnamespace
            and has_table_privilege(c.oid, 'insert, update, delete, truncate')
        limit 1
    )
end
"""


def describe(feed: Feed) -> str:
    """Name and type of every column of the relation; no row if there is no such relation."""
    statement = sql.SQL(
        "select attname::text, format_type(atttypid, atttypmod) from pg_attribute "
        "where attrelid = to_regclass({relation}) and attnum > 0 and not attisdropped "
        "order by attnum"
    ).format(relation=sql.Literal(_relation(feed).as_string(None)))
    return statement.as_string(None)


def look(glances: Sequence[Glance]) -> str:
    """One row: the source's clock, then one mark for each glance."""
    marks = [sql.SQL("now()::text"), *(_mark(glance) for glance in glances)]
    return sql.SQL("select {}").format(sql.SQL(", ").join(marks)).as_string(None)


def rows_since(feed: Feed, watermark: str) -> str:
    return _select(feed, sql.SQL("{} >= {}").format(_modified(feed), _moment(feed, watermark)))


def rows_hot(feed: Feed) -> str:
    return _select(feed, _hot(feed))


def rows_all(feed: Feed) -> str:
    return _select(feed, sql.SQL("true"))


def rows_by_key(feed: Feed, keys: Sequence[Sequence[object]]) -> str:
    """Rows whose key is among `keys`, found through the source's index on the key."""
    arrays = [
        sql.SQL("array[{}]::{}[]").format(
            sql.SQL(", ").join(sql.Literal(_plain(key[position])) for key in keys),
            type_sql(column.type),
        )
        for position, column in enumerate(feed.key_columns)
    ]
    if len(arrays) == 1:
        where = sql.SQL("{} = any({})").format(names(feed.key_columns), arrays[0])
    else:
        where = sql.SQL("({}) in (select * from unnest({}))").format(
            names(feed.key_columns), sql.SQL(", ").join(arrays)
        )
    return _select(feed, where)


def digests(feed: Feed) -> str:
    """Key columns as declared and the row's hash, for all rows."""
    statement = sql.SQL("select {keys}, {hash} as _hash from {relation}").format(
        keys=sql.SQL(", ").join(cast(column) for column in feed.key_columns),
        hash=row_hash(feed),
        relation=_relation(feed),
    )
    return statement.as_string(None)


def count(feed: Feed) -> str:
    return sql.SQL("select count(*) from {}").format(_relation(feed)).as_string(None)


def longest_text(query: str, columns: Sequence[Column]) -> str:
    """The most bytes that any of these columns takes in the answer to `query`."""
    lengths = sql.SQL(", ").join(
        sql.SQL("max(octet_length({}::text))").format(sql.Identifier(column.name))
        for column in columns
    )
    statement = sql.SQL("select coalesce(greatest({}), 0) from ({}) as answer").format(
        lengths, sql.SQL(query)
    )
    return statement.as_string(None)


def numerics_as_text(query: str, columns: Sequence[Column]) -> str:
    """The same answer with numerics as text, for a driver that says they have 28 digits."""
    members = sql.SQL(", ").join(
        sql.SQL("{name}::text as {name}" if column.type.name == "numeric" else "{name}").format(
            name=sql.Identifier(column.name)
        )
        for column in columns
    )
    return sql.SQL("select {} from ({}) as answer").format(members, sql.SQL(query)).as_string(None)


def copy_out(query: str) -> str:
    return f"copy ({query}) to stdout (format binary)"


def _select(feed: Feed, where: sql.Composable) -> str:
    statement = sql.SQL("select {columns} from {relation} where {where}").format(
        columns=sql.SQL(", ").join(
            sql.SQL("{} as {}").format(cast(column), sql.Identifier(column.name))
            for column in feed.columns
        ),
        relation=_relation(feed),
        where=where,
    )
    return statement.as_string(None)


def _mark(glance: Glance) -> sql.Composable:
    feed = glance.feed
    if feed.modified is None:
        return _fingerprint(feed) if feed.hot is not None else sql.SQL("null")
    now = sql.SQL("(now() at time zone {})").format(sql.Literal(feed.timezone))
    parts = {
        "modified": _modified(feed),
        "relation": _relation(feed),
        # now() is stable, so that both maxima are one step into an index each.
        "now": now if feed.modified_is_local else sql.SQL("now()"),
        "limit": sql.Literal(OVERLAP_COUNTED),
        "since": _moment(feed, glance.since or "infinity"),
    }
    return sql.SQL(
        "concat_ws('|', (select coalesce(max({modified})::text, '') from {relation}), "
        "(select coalesce(max({modified})::text, '') from {relation} where {modified} <= {now}), "
        "(select count(*) from (select 1 from {relation} where {modified} >= {since} "
        "limit {limit}) as overlap))"
    ).format(**parts)


def _fingerprint(feed: Feed) -> sql.Composable:
    return sql.SQL(
        "(select concat_ws('|', count(*), "
        "coalesce(sum(hashtextextended(row({columns})::text, 0)), 0)) "
        "from {relation} where {hot})"
    ).format(columns=names(feed.columns), relation=_relation(feed), hot=_hot(feed))


def _relation(feed: Feed) -> sql.Identifier:
    return sql.Identifier(*feed.table.split("."))


def _modified(feed: Feed) -> sql.Identifier:
    if feed.modified is None:
        raise ValueError(f"{feed.force}.{feed.name} has no modified column")
    return sql.Identifier(feed.modified)


def _hot(feed: Feed) -> sql.Composable:
    if feed.hot is None:
        raise ValueError(f"{feed.force}.{feed.name} has no hot slice")
    # The predicate is SQL from the declaration, reviewed like code.
    return sql.SQL("({})").format(sql.SQL(feed.hot))


def _moment(feed: Feed, moment: str) -> sql.Composable:
    declared = feed.column(feed.modified or "").type
    return sql.SQL("{}::{}").format(sql.Literal(moment), type_sql(declared))


def _plain(value: object) -> object:
    return value if isinstance(value, int | str) else str(value)
