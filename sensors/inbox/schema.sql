-- What the provider tells us, as it arrived: delivery receipts and received texts.
-- What follows from it (states, opt-outs) is worked out in notifiers, later and again if need be.

create schema if not exists inbox;

create table if not exists inbox.receipt (
    receipt_id bigint generated always as identity primary key,
    provider_id uuid not null,
    reference text,
    status text not null,
    occurred_at timestamptz,
    received_at timestamptz not null default control.now(),
    received_wall timestamptz not null default clock_timestamp(),
    source text not null check (source in ('callback', 'poll')),
    -- The force whose token or key brought it.
    force text,
    applied_at timestamptz,
    outcome text,
    unique (provider_id, status)
);
create index if not exists receipt_new on inbox.receipt (receipt_id) where applied_at is null;
create index if not exists receipt_of on inbox.receipt (reference);

create table if not exists inbox.inbound_text (
    inbound_text_id bigint generated always as identity primary key,
    provider_id uuid not null unique,
    force text,
    source_number text not null,
    body text not null,
    sent_at timestamptz,
    received_at timestamptz not null default control.now(),
    received_wall timestamptz not null default clock_timestamp(),
    source text not null check (source in ('callback', 'poll')),
    -- 'opt_out' was carried out, 'person' waits for somebody to read it, 'none' needs nothing.
    handling text check (handling in ('opt_out', 'person', 'none')),
    handled_at timestamptz,
    closed_at timestamptz
);
create index if not exists inbound_text_new on inbox.inbound_text (inbound_text_id)
where handled_at is null;
