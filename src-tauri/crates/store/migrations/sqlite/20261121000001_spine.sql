-- The spine: session log, lanes, cases, ledger, attempts, connections.
-- Times are milliseconds since 1970 in UTC. Ids are text. Additive: an older program may not open it.

create table sessions (
    id              text primary key,
    source          text not null,
    external_id     text not null,
    channel         text not null,
    topic           text,
    contact         text not null,
    status          text not null,
    handed_off_seq  bigint,
    last_seq        bigint not null,
    message_count   bigint not null,
    last_ordered_ms bigint not null,
    updated_ms      bigint not null,
    created_ms      bigint not null,
    unique (source, external_id)
) without rowid;
create index sessions_external on sessions (external_id);

-- The truth. Clustered by session, so that reading a log is one range.
create table session_events (
    session_id  text not null,
    seq         bigint not null,
    event_id    text not null,
    digest      blob not null,
    kind        text not null,
    occurred_ms bigint not null,
    ordered_ms  bigint not null,
    recorded_ms bigint not null,
    body        text not null,
    primary key (session_id, seq),
    unique (session_id, event_id)
) without rowid;

create table lanes (
    consumer       text not null,
    session_id     text not null,
    written_seq    bigint not null default 0,
    considered_seq bigint not null default 0,
    considered_why text,
    dirty_seq      bigint not null,
    dirty_since_ms bigint,
    due_ms         bigint,
    failure        text,
    lease_until_ms bigint,
    fence          bigint not null default 0,
    parked         text,
    skipped        text not null default '[]',
    primary key (consumer, session_id)
) without rowid;
create index lanes_due on lanes (consumer, due_ms) where due_ms is not null;
create index lanes_leased on lanes (consumer, lease_until_ms) where lease_until_ms is not null;
create index lanes_session on lanes (session_id);

create table cases (
    connection    text not null,
    crm_id        text not null,
    case_key      text not null,
    previous      text not null default '',
    number        text,
    state         text not null,
    session_id    text not null,
    opening_seq   bigint not null,
    deliver_after text,
    reserved_ms   bigint not null,
    opened_ms     bigint,
    primary key (connection, crm_id),
    unique (connection, case_key, previous)
) without rowid;
create index cases_session on cases (session_id);
create index cases_number on cases (number);

-- Every record that we mean to write, wrote or took in.
create table crm_records (
    connection  text not null,
    kind        text not null,
    record_id   text not null,
    session_id  text not null,
    seq         bigint not null,
    origin      text not null,
    state       text not null,
    intended_ms bigint not null,
    stands_ms   bigint,
    primary key (connection, kind, record_id)
) without rowid;
create index crm_records_session on crm_records (session_id);

create table attempts (
    id         text primary key,
    connection text not null,
    session_id text not null,
    fence      bigint not null,
    started_ms bigint not null,
    took_us    bigint not null,
    method     text not null,
    path       text not null,
    status     bigint,
    parts      bigint not null,
    failure    text,
    request    text,
    answer     text
) without rowid;
create index attempts_session on attempts (session_id);

-- What the engine decided about a lane, and why.
create table lane_steps (
    id         text primary key,
    consumer   text not null,
    session_id text not null,
    fence      bigint not null,
    at_ms      bigint not null,
    what       text not null,
    detail     text not null
) without rowid;
create index lane_steps_session on lane_steps (session_id);

create table connections (
    id              text primary key,
    name            text not null,
    kind            text not null,
    instance        text not null,
    settings        text not null,
    modes           text not null,
    pause           text,
    last_success_ms bigint,
    created_ms      bigint not null,
    removed_ms      bigint
) without rowid;
create unique index connections_name on connections (name) where removed_ms is null;

create table settings (
    name  text primary key,
    value text not null
) without rowid;

create table api_keys (
    id         text primary key,
    name       text not null,
    hash       blob not null unique,
    created_ms bigint not null,
    revoked_ms bigint
) without rowid;

create table audit (
    id      text primary key,
    at_ms   bigint not null,
    actor   text not null,
    action  text not null,
    subject text not null,
    detail  text not null
) without rowid;
