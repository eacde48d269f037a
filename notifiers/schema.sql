-- The outbox and everything that protects it: messages, attempts, events, opt-outs, switches.
-- Who is told what is decided in dbt; the re-check view journeys.message_recheck lives there too.

create schema if not exists dispatch;

-- ---------------------------------------------------------------------------------------------
-- The state machine, as data: an update that is not listed here is refused by the database.
-- ---------------------------------------------------------------------------------------------
create table if not exists dispatch.transition (
    from_state text not null,
    to_state text not null,
    meaning text not null,
    primary key (from_state, to_state)
);
insert into dispatch.transition (from_state, to_state, meaning) values
('READY', 'LEASED', 'claimed by a dispatcher'),
('READY', 'SUPPRESSED', 'opted out while queued'),
('READY', 'EXPIRED', 'overtaken while queued'),
('READY', 'HELD', 'a person stopped it'),
('READY', 'UNKNOWN', 'the database was restored: ask the provider first'),
('READY', 'ACCEPTED', 'the provider proved that it has the message'),
('LEASED', 'READY', 'put back before anything was sent'),
('LEASED', 'INFLIGHT', 'about to be posted'),
('LEASED', 'SUPPRESSED', 'the last check said no'),
('LEASED', 'EXPIRED', 'the last check said too late'),
('LEASED', 'HELD', 'the last check said a person decides'),
('LEASED', 'REFUSED', 'refused here, before the provider'),
('LEASED', 'UNKNOWN', 'the database was restored: ask the provider first'),
('LEASED', 'ACCEPTED', 'the provider proved that it has the message'),
('INFLIGHT', 'ACCEPTED', 'the provider answered 201, or proved that it has the message'),
('INFLIGHT', 'READY', 'certainly not posted'),
('INFLIGHT', 'REFUSED', 'the provider refused it'),
('INFLIGHT', 'UNKNOWN', 'the answer was ambiguous, or never came'),
('UNKNOWN', 'ACCEPTED', 'the provider has it'),
('UNKNOWN', 'READY', 'proved absent: the one resend'),
('UNKNOWN', 'HELD', 'a person decides'),
('HELD', 'READY', 'a person released it'),
('HELD', 'SUPPRESSED', 'a person dropped it'),
('HELD', 'EXPIRED', 'nobody decided in time'),
('HELD', 'ACCEPTED', 'the provider proved that it has the message'),
('REFUSED', 'ACCEPTED', 'the provider proved that it has the message'),
('SUPPRESSED', 'ACCEPTED', 'the provider proved that it has the message'),
('EXPIRED', 'ACCEPTED', 'the provider proved that it has the message'),
('ACCEPTED', 'DELIVERED', 'receipt'),
('ACCEPTED', 'TEMPORARY', 'receipt'),
('ACCEPTED', 'PERMANENT', 'receipt'),
('ACCEPTED', 'TECHNICAL', 'receipt'),
-- Two final receipts for one message: the stronger one wins in whatever order they come.
('TECHNICAL', 'TEMPORARY', 'stronger receipt'),
('TECHNICAL', 'PERMANENT', 'stronger receipt'),
('TECHNICAL', 'DELIVERED', 'stronger receipt'),
('TEMPORARY', 'PERMANENT', 'stronger receipt'),
('TEMPORARY', 'DELIVERED', 'stronger receipt'),
('PERMANENT', 'DELIVERED', 'stronger receipt')
on conflict (from_state, to_state) do nothing;

-- The provider's words to our states, in one map. A status that is not here changes nothing.
create table if not exists dispatch.provider_status (
    status text primary key,
    state text not null,
    strength integer not null
);
insert into dispatch.provider_status (status, state, strength) values
('technical-failure', 'TECHNICAL', 1),
('temporary-failure', 'TEMPORARY', 2),
('permanent-failure', 'PERMANENT', 3),
('delivered', 'DELIVERED', 4)
on conflict (status) do nothing;

-- ---------------------------------------------------------------------------------------------
-- Messages, attempts, events
-- ---------------------------------------------------------------------------------------------
create table if not exists dispatch.message (
    message_id uuid primary key,
    force text not null,
    dedupe_key text not null,
    decision_id uuid,
    case_id uuid,
    crime_id uuid,
    person_id uuid,
    journey text,
    step text,
    episode integer,
    message_class char(1) not null check (message_class in ('S', 'R', 'T')),
    channel text not null check (channel in ('sms', 'email')),
    template text,
    notify_template_id uuid not null,
    language text,
    recipient text not null,
    personalisation jsonb not null default '{}',
    send_window text,
    send_after timestamptz not null default control.now(),
    expire_at timestamptz,
    config_version text,
    created_at timestamptz not null default control.now(),
    created_wall timestamptz not null default clock_timestamp(),
    reference uuid not null unique default gen_random_uuid(),
    state text not null default 'READY' check (state in (
        'READY', 'LEASED', 'INFLIGHT', 'UNKNOWN', 'ACCEPTED', 'DELIVERED', 'TEMPORARY',
        'PERMANENT', 'TECHNICAL', 'REFUSED', 'SUPPRESSED', 'EXPIRED', 'HELD'
    )),
    state_reason text,
    epoch integer not null default 0,
    lease_until timestamptz,
    attempts integer not null default 0,
    resends integer not null default 0,
    next_attempt_at timestamptz,
    provider_id uuid,
    accepted_at timestamptz,
    accepted_wall timestamptz,
    final_at timestamptz,
    updated_wall timestamptz not null default clock_timestamp(),
    -- Business time before which the last check does not want to see the message again.
    not_before timestamptz,
    due_at timestamptz not null generated always as (greatest(send_after, not_before)) stored,
    is_time_bound boolean not null generated always as (message_class = 'T') stored,
    -- Reconciliation, wall time: when the answer was lost, first proved absent, to be looked at.
    unknown_at timestamptz,
    absent_at timestamptz,
    check_at timestamptz,
    poll_at timestamptz,
    held_owner text,
    held_due_at timestamptz,
    unique (force, dedupe_key),
    -- Nobody is dropped without a reason.
    check (
        state not in ('REFUSED', 'SUPPRESSED', 'EXPIRED', 'HELD', 'UNKNOWN')
        or state_reason is not null
    )
);
create index if not exists message_ready on dispatch.message (force, is_time_bound, due_at)
where state = 'READY';
create index if not exists message_expiring on dispatch.message (expire_at)
where state = 'READY';
create index if not exists message_leased on dispatch.message (lease_until)
where state in ('LEASED', 'INFLIGHT');
create index if not exists message_unknown on dispatch.message (check_at) where state = 'UNKNOWN';
create index if not exists message_awaiting_receipt on dispatch.message (poll_at)
where state = 'ACCEPTED';
create index if not exists message_accepted on dispatch.message (force, accepted_wall desc)
where provider_id is not null;
create index if not exists message_queued_for on dispatch.message (recipient)
where state in ('READY', 'LEASED');
create index if not exists message_failed_for on dispatch.message (recipient)
where state = 'PERMANENT';
create index if not exists message_of_case on dispatch.message (case_id);

create table if not exists dispatch.attempt (
    message_id uuid not null references dispatch.message (message_id),
    attempt_no integer not null,
    epoch integer not null,
    intent_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    outcome text,
    http_status integer,
    provider_id uuid,
    primary key (message_id, attempt_no)
);

create table if not exists dispatch.event (
    event_id bigint generated always as identity primary key,
    message_id uuid not null,
    at timestamptz not null default control.now(),
    wall timestamptz not null default clock_timestamp(),
    from_state text,
    to_state text not null,
    reason text,
    epoch integer
);
create index if not exists event_of_message on dispatch.event (message_id, event_id);

-- What operations must look at; no personal data.
create table if not exists dispatch.incident (
    incident_id bigint generated always as identity primary key,
    kind text not null,
    force text,
    message_id uuid,
    detail text not null,
    raised_at timestamptz not null default control.now(),
    closed_at timestamptz,
    unique nulls not distinct (kind, message_id, detail)
);

-- ---------------------------------------------------------------------------------------------
-- Opt-outs, switches, the environment
-- ---------------------------------------------------------------------------------------------
create table if not exists dispatch.opt_out (
    opt_out_id uuid primary key default gen_random_uuid(),
    force text,
    contact_point text not null,
    scope text not null default 'contact_point',
    case_id uuid,
    source text not null,
    received_at timestamptz not null default control.now(),
    -- When the queued messages of this contact point were suppressed.
    applied_at timestamptz,
    unique nulls not distinct (force, contact_point, scope, case_id)
);
create index if not exists opt_out_new on dispatch.opt_out (received_at) where applied_at is null;
create index if not exists opt_out_of on dispatch.opt_out (contact_point);

-- The kill switch: force '*' stops everything.
create table if not exists dispatch.control (
    force text primary key,
    is_stopped boolean not null,
    reason text,
    set_at timestamptz not null default clock_timestamp()
);

-- A provider that rejects our key pauses one force until a look-up with that key works again.
create table if not exists dispatch.pause (
    force text primary key,
    reason text not null,
    paused_at timestamptz not null default clock_timestamp()
);

-- Which database may send: see notifiers/environment.py for what a copy lacks.
create table if not exists dispatch.environment (
    only_row boolean primary key default true check (only_row),
    token_hash text not null,
    system_identifier bigint not null,
    database_oid bigint not null,
    beat bigint not null default 0,
    registered_at timestamptz not null default clock_timestamp()
);

create or replace function dispatch.is_here(token_hash text) returns boolean
language sql stable
as $$
    select exists (
        select 1
        from dispatch.environment as e
        where e.token_hash = is_here.token_hash
            and e.system_identifier = (select s.system_identifier from pg_control_system() as s)
            and e.database_oid = (
                select d.oid::bigint from pg_database as d where d.datname = current_database()
            )
    )
$$;

-- A reference as the provider gives it back is any text; null if it cannot be one of ours.
create or replace function dispatch.as_uuid(reference text)
returns uuid
language sql stable
as $$
    select case when pg_input_is_valid(as_uuid.reference, 'uuid') then as_uuid.reference::uuid end
$$;

create or replace function dispatch.is_stopped(force text) returns boolean
language sql stable
as $$
    select exists (
        select 1 from dispatch.control as c
        where c.is_stopped and c.force in (is_stopped.force, '*')
    ) or exists (
        select 1 from dispatch.pause as p where p.force = is_stopped.force
    )
$$;

create or replace function dispatch.is_opted_out(force text, contact_point text, case_id uuid)
returns boolean
language sql stable
as $$
    select exists (
        select 1 from dispatch.opt_out as o
        where o.contact_point = is_opted_out.contact_point
            and (o.force is null or o.force = is_opted_out.force)
            and (o.case_id is null or o.case_id = is_opted_out.case_id)
    )
$$;

-- ---------------------------------------------------------------------------------------------
-- Guards: the database itself keeps the state machine and the log, whoever writes
-- ---------------------------------------------------------------------------------------------
create or replace function dispatch.guard_transition() returns trigger
language plpgsql
as $$
begin
    if not exists (
        select 1 from dispatch.transition as t
        where t.from_state = old.state and t.to_state = new.state
    ) then
        raise exception 'dispatch: % cannot become % (message %)',
            old.state, new.state, new.message_id using errcode = 'check_violation';
    end if;
    new.updated_wall := clock_timestamp();
    return new;
end
$$;

create or replace function dispatch.guard_identity() returns trigger
language plpgsql
as $$
begin
    raise exception 'dispatch: reference, message_id and force never change, epoch never falls'
        using errcode = 'check_violation';
end
$$;

create or replace function dispatch.log_transitions() returns trigger
language plpgsql
as $$
begin
    if tg_op = 'INSERT' then
        insert into dispatch.event (message_id, from_state, to_state, reason, epoch)
        select message_id, null, state, state_reason, epoch from after_change;
    else
        insert into dispatch.event (message_id, from_state, to_state, reason, epoch)
        select a.message_id, b.state, a.state, a.state_reason, a.epoch
        from after_change as a
        inner join before_change as b on a.message_id = b.message_id
        where a.state <> b.state;
    end if;
    return null;
end
$$;

create or replace function dispatch.refuse_change() returns trigger
language plpgsql
as $$
begin
    raise exception 'dispatch.event is append-only' using errcode = 'check_violation';
end
$$;

create or replace trigger message_transition
before update of state on dispatch.message
for each row when (old.state is distinct from new.state)
execute function dispatch.guard_transition();

create or replace trigger message_identity
before update on dispatch.message
for each row when (
    old.reference <> new.reference or old.message_id <> new.message_id
    or old.force <> new.force or new.epoch < old.epoch
)
execute function dispatch.guard_identity();

create or replace trigger message_inserted
after insert on dispatch.message
referencing new table as after_change
for each statement execute function dispatch.log_transitions();

create or replace trigger message_updated
after update on dispatch.message
referencing old table as before_change new table as after_change
for each statement execute function dispatch.log_transitions();

create or replace trigger event_is_append_only
before update or delete on dispatch.event
for each row execute function dispatch.refuse_change();
