"""Appending the versions that are new, and keeping the mirror beside them.

The mirror holds the hash of each key's latest version, so a batch looks up its own keys and
never scans raw. Nothing is updated or deleted in raw.
"""

from __future__ import annotations

from psycopg import sql

from sensors.canonical import names, row_hash
from sensors.errors import VanishedValues
from sensors.feeds import Feed
from sensors.landing.tables import Connection, intake_table, mirror_table, raw_table

# A column that loses its value in nine of ten changed rows, in so many rows at once, has been
# emptied by a fault of the source rather than by police work.
VANISHED_ROWS = 100
VANISHED_SHARE = 0.9


def append_new(
    connection: Connection, feed: Feed, batch_id: int, *, is_baseline: bool, is_hot: bool
) -> int:
    """Append the intake's rows whose hash differs from the mirror's; return how many."""
    # The clock is read in a subquery, once: a call per row would cost more than the appending.
    statement = sql.SQL(
        """
        with hashed as (select i.*, {hash} as _hash from {intake} as i offset 0),
        fresh as (
            select h.* from hashed as h
            where h._hash is distinct from (select m.hash from {mirror} as m where m.key = h._key)
        ),
        appended as (
            insert into {raw} ({columns}, _key, _hash, _op, _batch, _landed_at, _is_baseline)
            select {columns}, _key, _hash, 'present', {batch}, (select control.now()), {baseline}
            from fresh
            returning _key, _hash
        ),
        mirrored as (
            insert into {mirror} as known (key, hash, is_hot)
            select _key, _hash, {hot} from appended
            on conflict (key) do update set
                hash = excluded.hash,
                is_hot = known.is_hot or excluded.is_hot,
                missing_sweeps = 0
        )
        select count(*) from appended
        """
    ).format(
        **_parts(feed),
        hash=row_hash(feed),
        batch=sql.Literal(batch_id),
        baseline=sql.Literal(is_baseline),
        hot=sql.Literal(is_hot),
    )
    return _count(connection, statement)


def append_deleted(connection: Connection, feed: Feed, batch_id: int) -> int:
    """Append a deleted version for every key that two complete sweeps have missed.

    It repeats the last known columns, so that what hung on the row can still be found by them.
    """
    statement = sql.SQL(
        """
        with gone as (delete from {mirror} where missing_sweeps >= 2 returning key),
        last as (
            select v.* from gone cross join lateral (
                select r.* from {raw} as r where r._key = gone.key order by r._version desc limit 1
            ) as v
        ),
        appended as (
            insert into {raw} ({columns}, _key, _hash, _op, _batch, _landed_at, _is_baseline)
            select {columns}, _key, _hash, 'deleted', {batch}, (select control.now()), false
            from last
            returning 1
        )
        select count(*) from appended
        """
    ).format(**_parts(feed), batch=sql.Literal(batch_id))
    return _count(connection, statement)


def refuse_vanished_values(connection: Connection, feed: Feed, batch_id: int) -> None:
    """Raise VanishedValues if the batch's changes emptied a column almost everywhere."""
    losses = sql.SQL(", ").join(
        sql.SQL("count(*) filter (where p.{name} is not null and n.{name} is null)").format(
            name=sql.Identifier(column.name)
        )
        for column in feed.columns
    )
    statement = sql.SQL(
        """
        select count(*), {losses}
        from {raw} as n cross join lateral (
            select r.* from {raw} as r
            where r._key = n._key and r._version < n._version order by r._version desc limit 1
        ) as p
        where n._batch = {batch} and n._op = 'present'
        """
    ).format(**_parts(feed), losses=losses, batch=sql.Literal(batch_id))
    changed, *lost = connection.execute(statement).fetchone() or (0,)
    for column, count in zip(feed.columns, lost, strict=True):
        if changed >= VANISHED_ROWS and count > changed * VANISHED_SHARE:
            raise VanishedValues(
                f"{feed.force}.{feed.name}: column {column.name} lost its value in {count} of "
                f"{changed} rows that changed at once; nothing of it was landed. Ask the force "
                "whether that is meant, then thaw it",
                feed=feed.name,
            )


def _parts(feed: Feed) -> dict[str, sql.Composable]:
    return {
        "columns": names(feed.columns),
        "intake": intake_table(feed),
        "mirror": mirror_table(feed),
        "raw": raw_table(feed),
    }


def _count(connection: Connection, statement: sql.Composed) -> int:
    row = connection.execute(statement).fetchone()
    return int(row[0]) if row else 0
