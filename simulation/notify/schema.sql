create table if not exists notification (
    seq integer primary key,
    id text not null unique,
    service text not null,
    key_type text not null,
    channel text not null,
    recipient text not null,
    recipient_key text not null,
    reference text,
    template_id text not null,
    template_version integer not null,
    subject text,
    body text not null,
    shown text not null,
    fragments integer not null,
    status text not null,
    final_status text not null,
    created_at real not null,
    sent_at real,
    completed_at real,
    stored_at real not null,
    next_at real
);
create index if not exists notification_by_reference on notification (service, reference);
create index if not exists notification_by_recipient on notification (recipient_key, seq);
create index if not exists notification_due on notification (next_at) where next_at is not null;

create table if not exists callback (
    seq integer primary key,
    service text not null,
    kind text not null,
    body text not null,
    attempts integer not null default 0,
    state text not null default 'waiting',
    next_at real
);
create index if not exists callback_due on callback (next_at) where next_at is not null;

create table if not exists received_text (
    seq integer primary key,
    id text not null unique,
    service text not null,
    user_number text not null,
    content text not null,
    created_at real not null
);

create table if not exists fixed_outcome (
    recipient_key text primary key,
    status text not null
);
