-- The way back: receipts, pulls, decisions, replies, offers. Additive.

-- When a session was resolved, while it is: messages dated before are no reopening.
alter table sessions add column resolved_ms bigint;
-- The reply that an event is the carrier's echo of.
alter table session_events add column echo_of text;

alter table cases add column known text;
alter table cases add column merged_into text;
alter table cases add column pulled_to text;
alter table cases add column restored_ms bigint;
create index cases_merged on cases (connection, merged_into) where merged_into is not null;

alter table crm_records add column decision text;
alter table crm_records add column decided_ms bigint;

-- A case that is to be looked at, by whichever hint.
create table pulls (
    connection text not null,
    case_id    text not null,
    due_ms     bigint not null,
    asked      bigint not null default 1,
    why        text not null,
    moved_to   text,
    failures   bigint not null default 0,
    primary key (connection, case_id)
) without rowid;
create index pulls_due on pulls (connection, due_ms);

create table receipts (
    id         text primary key,
    connection text not null,
    at_ms      bigint not null,
    event_type text not null,
    case_id    text not null,
    record_id  text,
    outcome    text not null,
    old_token  bigint not null default 0
) without rowid;
create index receipts_case on receipts (case_id);
create index receipts_connection on receipts (connection, at_ms);
create index receipts_at on receipts (at_ms);

create table webhook_tokens (
    hash           blob primary key,
    connection     text not null,
    created_ms     bigint not null,
    valid_until_ms bigint
) without rowid;

-- Calls that named no token of ours, and calls of tokens after their grace.
create table webhook_refusals (
    what       text not null,
    connection text not null,
    calls      bigint not null,
    last_ms    bigint not null,
    primary key (what, connection)
) without rowid;

create table poll_marks (
    connection text primary key,
    marks      text not null,
    at_ms      bigint not null,
    full_ms    bigint not null
) without rowid;

create table poll_rounds (
    id         text primary key,
    connection text not null,
    at_ms      bigint not null,
    took_us    bigint not null,
    calls      bigint not null,
    seen       bigint not null,
    matched    bigint not null,
    failure    text
) without rowid;
create index poll_rounds_connection on poll_rounds (connection, at_ms);

create table replies (
    id          text primary key,
    connection  text not null,
    kind        text not null,
    record_id   text not null,
    case_id     text not null,
    session_id  text not null,
    state       text not null,
    held_for    text,
    record      text,
    said_ms     bigint not null,
    at_ms       bigint not null,
    decided_ms  bigint,
    decided_by  text
) without rowid;
create index replies_session on replies (session_id);
create index replies_state on replies (state, at_ms);

-- What is offered to carriers; `no` is the place in the stream and changes when it is offered again.
create table offers (
    no          integer primary key autoincrement,
    id          text not null,
    session_id  text not null,
    seq         bigint not null,
    source      text not null,
    tries       bigint not null,
    offered_ms  bigint not null,
    first_ms    bigint not null,
    taken_ms    bigint,
    alerted_ms  bigint
);
create unique index offers_event on offers (session_id, seq);
create unique index offers_id on offers (id);
create index offers_open on offers (source, no) where taken_ms is null;
