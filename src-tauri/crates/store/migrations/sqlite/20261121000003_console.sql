-- The console: heads for the list, search, links and sessions of browsers. Additive.

-- What the list shows, kept by every append. `holder` is `ai`, `nobody` or `person`.
alter table sessions add column last_text text;
alter table sessions add column last_from text;
alter table sessions add column last_message_ms bigint;
alter table sessions add column holder text not null default 'ai';
alter table sessions add column holder_name text not null default '';
-- The one view of the list, beside `all`, that a session is in; indexed, never written by hand.
alter table sessions add column shelf text generated always as (
    case when status = 'resolved' then 'resolved' when holder = 'person' then 'person:' || holder_name else holder end
) virtual;
-- How far the search index has read this session's log.
alter table sessions add column searched_seq bigint not null default 0;

-- Rows from before: the newest words, and whoever has the conversation.
update sessions set (last_text, last_from, last_message_ms) = (
    select substr(coalesce(json_extract(body, '$.text'), json_extract(body, '$.attachment.name')), 1, 200),
           json_extract(body, '$.from'), occurred_ms
    from session_events as log
    where log.session_id = sessions.id and log.kind in ('message', 'attachment_added', 'crm_message')
    order by log.seq desc limit 1);
update sessions set (holder, holder_name) = (
    select case kind when 'handed_off' then 'nobody' when 'given_back' then 'ai' else 'person' end,
           coalesce(json_extract(body, '$.to'), case when kind = 'taken_over' then json_extract(body, '$.by') end, '')
    from session_events as log
    where log.session_id = sessions.id and log.kind in ('handed_off', 'taken_over', 'given_back', 'assigned')
    order by log.seq desc limit 1)
where exists (
    select 1 from session_events as log
    where log.session_id = sessions.id and log.kind in ('handed_off', 'taken_over', 'given_back', 'assigned'));

create index sessions_recent on sessions (updated_ms, id);
create index sessions_shelf on sessions (shelf, updated_ms, id);
create index sessions_unsearched on sessions (id) where searched_seq < last_seq;
create index lanes_trouble on lanes (consumer, session_id) where parked is not null or failure is not null;
create index cases_newest on cases (reserved_ms, connection, crm_id);

-- Words of messages and names of contacts. The text itself stays in the log: nothing of it is kept twice but its words.
create virtual table search using fts5 (
    words, session_id unindexed,
    content = '', contentless_unindexed = 1, prefix = '2 3', tokenize = 'unicode61 remove_diacritics 2'
);

-- Single-use links into the console, and the browsers that came in with one. Secrets are kept as hashes only.
create table console_links (
    hash       blob primary key,
    name       text not null,
    role       text not null,
    created_ms bigint not null,
    until_ms   bigint not null,
    used_ms    bigint
) without rowid;
create table console_sessions (
    id         text primary key,
    hash       blob not null unique,
    name       text not null,
    role       text not null,
    created_ms bigint not null,
    seen_ms    bigint not null,
    revoked_ms bigint
) without rowid;
