-- What every room shares: the clock, deterministic ids, and each force's switches.
-- No room's own tables live here; sensors, notifiers and dbt bring theirs.

create schema if not exists control;
create extension if not exists pgcrypto with schema control;

-- The business clock. A live system leaves it at no offset. The demo moves it to a working
-- morning, and a replay of history fixes it and moves it step by step. Timers that protect
-- the sending protocol (leases, grace) never use it: they use clock_timestamp().
create table if not exists control.clock (
    only_row boolean primary key default true check (only_row),
    time_offset interval not null default '0',
    fixed_at timestamptz
);
insert into control.clock default values on conflict do nothing;

create or replace function control.now() returns timestamptz
language sql stable parallel safe
as $$ select coalesce(fixed_at, clock_timestamp() + time_offset) from control.clock $$;

-- RFC 9562 version 5 over one namespace, so that an id can be made again anywhere,
-- also by Python's uuid.uuid5.
create or replace function control.uuid5(name text) returns uuid
language sql immutable strict parallel safe
as $$
    select encode(
        set_byte(
            set_byte(d, 6, (get_byte(d, 6) & 15) | 80),
            8, (get_byte(d, 8) & 63) | 128
        ),
        'hex'
    )::uuid
    from (
        select substring(
            control.digest(
                decode('6f0f3c1e5b0c5d0fa2f7c7c0a9b1d2e3', 'hex') || convert_to(name, 'UTF8'),
                'sha1'
            ) from 1 for 16
        ) as d
    ) as digest
$$;

-- One row per force. A frozen force is neither read nor transformed until somebody or a
-- successful retry thaws it; the reason is what operations read first.
create table if not exists control.force_state (
    force text primary key,
    frozen_at timestamptz,
    frozen_reason text,
    frozen_feed text,
    is_transient boolean,
    retry_at timestamptz
);

-- Who holds the right to write a live group's facts: one writer per force at a time.
create table if not exists control.live_run (
    live_group text primary key,
    requested_at timestamptz,
    run_id text,
    heartbeat_at timestamptz
);

-- How far each force's landed batches have become facts and decisions. `seen_batch` is what the
-- run in hand works up to; `done_batch` moves only when all of its models have committed.
create table if not exists control.transform_progress (
    force text primary key,
    done_batch bigint not null default 0,
    seen_batch bigint not null default 0
);

-- Which state of the dbt project the tables and views were built from.
create table if not exists control.built_project (
    only_row boolean primary key default true check (only_row),
    fingerprint text not null,
    built_at timestamptz not null default clock_timestamp()
);
