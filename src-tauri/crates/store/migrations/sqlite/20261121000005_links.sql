-- Cases that people chose, who is at the console, and what they search for often. Additive, but for the key of
-- `cases`: one case of the CRM may now be the case of several conversations.

create table cases_with_links (
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
    known         text,
    merged_into   text,
    pulled_to     text,
    restored_ms   bigint,
    -- When the CRM was asked last how the case stands.
    looked_ms     bigint,
    -- Whether a person chose it; the rest was opened by plans.
    by_hand       bigint not null default 0,
    -- The newest event when a person chose this case; null: the plan opened it.
    chosen_seq    bigint,
    -- Whether what is written to it has ids of its own: the same words may stand on another case.
    own_ids       bigint not null default 0,
    -- Up to where it was written when a person took the conversation off it.
    left_seq      bigint,
    primary key (connection, crm_id, session_id)
) without rowid;
insert into cases_with_links (connection, crm_id, case_key, previous, number, state, session_id, opening_seq,
    deliver_after, reserved_ms, opened_ms, known, merged_into, pulled_to, restored_ms)
select connection, crm_id, case_key, previous, number, state, session_id, opening_seq,
    deliver_after, reserved_ms, opened_ms, known, merged_into, pulled_to, restored_ms from cases;
drop table cases;
alter table cases_with_links rename to cases;
create index cases_session on cases (session_id);
create index cases_number on cases (number);
create index cases_merged on cases (connection, merged_into) where merged_into is not null;
create index cases_newest on cases (reserved_ms, connection, crm_id);
-- Of the cases that plans open, one follows on each.
create unique index cases_period on cases (connection, case_key, previous) where by_hand = 0;

-- People at the console, by the name that the engine knows them by.
create table people (
    login        text primary key,
    name         text not null unique,
    connection   text,
    crm_user     text,
    crm_name     text,
    updated_ms   bigint not null
) without rowid;

create table saved_filters (
    id         text primary key,
    login      text not null,
    name       text not null,
    view       text not null,
    query      text not null,
    created_ms bigint not null,
    unique (login, name)
) without rowid;
