"""Taking rows out of a temporary table that must not land, each with a reason.

Only what breaks the landing itself is judged: keys, repeated rows, and size. Whether a value
makes sense is dbt's question.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from psycopg import sql

from sensors.canonical import TEXT_LIMIT
from sensors.feeds import Column, Feed
from sensors.landing.refusal import Refused
from sensors.landing.tables import Connection

# What counts as padding: spaces, tabs, line ends, and the no-break space.
PADDING = " \t\r\n\f\v\u00a0"
HASH_OF_KEY = sql.SQL("encode(sha256(convert_to(_key, 'UTF8')), 'hex')")


@dataclass(frozen=True)
class Suspicion:
    """What one scan found in a table, so that the costly statements run only if needed."""

    has_bad_key: bool
    has_repeated_key: bool
    has_long_text: bool


@dataclass(frozen=True)
class Cleaning:
    """One table to clean: it has the feed's key columns and `_key`.

    `row_hash` is an expression over it, `texts` are the columns to cut to the limit. Where a
    repeated key is judged later, `keeps_repetitions` leaves its rows alone.
    """

    feed: Feed
    batch_id: int
    table: sql.Identifier
    row_hash: sql.Composable
    texts: Sequence[Column] = ()
    keeps_repetitions: bool = False


def clean(connection: Connection, cleaning: Cleaning) -> int:
    """Remove rows with unusable keys and differing repetitions, and cut long texts.

    Returns how many entries are new in the quarantine: a bad row read again is noted once.
    """
    suspicion = _suspect(connection, cleaning)
    found = 0
    if suspicion.has_bad_key:
        found += _remove_bad_keys(connection, cleaning)
    if suspicion.has_long_text:
        found += sum(_cut(connection, cleaning, column.name) for column in cleaning.texts)
    if suspicion.has_repeated_key and not cleaning.keeps_repetitions:
        found += _remove_repetitions(connection, cleaning)
    return found


def quarantine_refused(
    connection: Connection, feed: Feed, batch_id: int, refused: Iterable[Refused]
) -> int:
    """Note the rows that could not be copied; return how many are new."""
    found = 0
    for row in refused:
        found += connection.execute(
            "insert into landing.quarantine (force, feed, key_hash, reason, detail, batch_id) "
            "values (%s, %s, %s, %s, %s, %s) on conflict do nothing",
            [feed.force, feed.name, row.key_hash, row.reason, row.detail, batch_id],
        ).rowcount
    return found


def bad_key(feed: Feed) -> sql.Composable:
    """Null for a usable key, else the reason."""
    cases: list[sql.Composable] = [sql.SQL("when _key is null then 'null_key'")]
    for column in feed.key_columns:
        if column.type.is_text:
            parts = {
                "name": sql.Identifier(column.name),
                "trimmed": sql.SQL("btrim({}, {})").format(
                    sql.Identifier(column.name), sql.Literal(PADDING)
                ),
            }
            cases.append(sql.SQL("when {trimmed} = '' then 'blank_key'").format(**parts))
            cases.append(sql.SQL("when {name} <> {trimmed} then 'padded_key'").format(**parts))
    return sql.SQL("case {} end").format(sql.SQL(" ").join(cases))


def unlimited_texts(feed: Feed) -> tuple[Column, ...]:
    """The columns whose text can be of any length."""
    return tuple(
        column for column in feed.columns if column.type.is_text and not column.type.modifiers
    )


def _remove_bad_keys(connection: Connection, cleaning: Cleaning) -> int:
    return _note(
        connection,
        cleaning,
        sql.SQL(
            "select distinct coalesce({of_key}, row_hash), reason, 'the row was not landed' "
            "from removed"
        ),
        sql.SQL(
            "delete from {table} where {reason} is not null "
            "returning _key, {row_hash} as row_hash, {reason} as reason"
        ),
    )


def _remove_repetitions(connection: Connection, cleaning: Cleaning) -> int:
    """One of identical rows stays; rows that differ under one key all go."""
    return _note(
        connection,
        cleaning,
        sql.SQL(
            "select distinct {of_key}, 'duplicate_key', "
            "'rows with this key differ; none of them was landed' from removed where differs"
        ),
        sql.SQL(
            """
            delete from {table} as t using (
                select place, min(h) over one_key <> max(h) over one_key as differs,
                    row_number() over (one_key order by place) as position
                from (
                    select ctid as place, _key as repeated, {row_hash} as h from {table}
                    where _key in (select _key from {table} group by _key having count(*) > 1)
                ) as repetitions
                window one_key as (partition by repeated)
            ) as judged
            where t.ctid = judged.place and (judged.differs or judged.position > 1)
            returning t._key, judged.differs
            """
        ),
    )


def _cut(connection: Connection, cleaning: Cleaning, column: str) -> int:
    return _note(
        connection,
        cleaning,
        sql.SQL(
            "select distinct {of_key}, 'text_truncated', "
            "'column ' || {column_name} || ' was cut to {limit} characters' from removed"
        ),
        sql.SQL(
            "update {table} set {column} = left({column}, {limit}) "
            "where char_length({column}) > {limit} and octet_length({column}) > {limit} "
            "returning _key"
        ),
        column=column,
    )


def _note(
    connection: Connection,
    cleaning: Cleaning,
    noted: sql.SQL,
    removing: sql.SQL,
    *,
    column: str = "",
) -> int:
    parts = {
        "table": cleaning.table,
        "row_hash": cleaning.row_hash,
        "reason": bad_key(cleaning.feed),
        "of_key": HASH_OF_KEY,
        "column": sql.Identifier(column or "_key"),
        "column_name": sql.Literal(column),
        "limit": sql.Literal(TEXT_LIMIT),
    }
    statement = sql.SQL(
        "with removed as ({removing}), noted (key_hash, reason, detail) as ({noted}) "
        "insert into landing.quarantine (force, feed, key_hash, reason, detail, batch_id) "
        "select {force}, {feed}, key_hash, reason, detail, {batch} from noted "
        "on conflict do nothing"
    ).format(
        removing=removing.format(**parts),
        noted=noted.format(**parts),
        force=sql.Literal(cleaning.feed.force),
        feed=sql.Literal(cleaning.feed.name),
        batch=sql.Literal(cleaning.batch_id),
    )
    return connection.execute(statement).rowcount


def _suspect(connection: Connection, cleaning: Cleaning) -> Suspicion:
    too_long: list[sql.Composable] = [
        sql.SQL("octet_length({}) > {}").format(sql.Identifier(c.name), sql.Literal(TEXT_LIMIT))
        for c in cleaning.texts
    ]
    statement = sql.SQL(
        "select coalesce(bool_or({bad}), false), "
        "exists (select from {table} where _key is not null group by _key having count(*) > 1), "
        "coalesce(bool_or({long}), false) from {table}"
    ).format(
        bad=sql.SQL("{} is not null").format(bad_key(cleaning.feed)),
        long=sql.SQL(" or ").join(too_long or [sql.SQL("false")]),
        table=cleaning.table,
    )
    row = connection.execute(statement).fetchone()
    return Suspicion(*row) if row else Suspicion(False, False, False)
