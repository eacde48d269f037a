-- What the landing keeps about all feeds: batches, cursors, refused rows, and the lock's users.
-- The tables raw_<force>.<feed> and their mirrors are made from the feed declarations.

create schema if not exists landing;

-- One row per read that changed something, and per sweep. Appended only.
create table if not exists landing.batch (
    batch_id bigint generated always as identity primary key,
    force text not null,
    feed text not null,
    kind text not null check (kind in ('poll', 'hot', 'sweep')),
    is_baseline boolean not null,
    read_rows bigint not null,
    new_versions bigint not null,
    deleted_versions bigint not null default 0,
    quarantined bigint not null default 0,
    landed_at timestamptz not null default control.now(),
    wall_at timestamptz not null default clock_timestamp()
);
create index if not exists batch_by_feed on landing.batch (force, feed, batch_id);

-- How far each feed has been read. Written only in the transaction that lands the rows.
create table if not exists landing.cursor (
    force text not null,
    feed text not null,
    -- The feed is read again from here: min(latest seen, source's now) - lag, as text in the
    -- modified column's own convention. Null for a feed without one.
    watermark text,
    -- What the source answered to `has anything moved` for the state that was landed.
    mark text,
    -- Until the source's clock passes this, a row may still be committed behind the watermark.
    recheck_at timestamptz,
    baseline_done boolean not null default false,
    last_sweep_at timestamptz,
    -- A person has seen what looked implausible; the next reads may land it.
    accepts_implausible boolean not null default false,
    primary key (force, feed)
);

-- Rows that were not landed, or landed cut. No value of a row is kept here: only hashes.
create table if not exists landing.quarantine (
    force text not null,
    feed text not null,
    key_hash text not null,
    reason text not null,
    detail text not null,
    batch_id bigint not null,
    at timestamptz not null default control.now(),
    primary key (force, feed, key_hash, reason)
);
