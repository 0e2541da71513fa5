-- Mapped columns of cases: versions of the mappings, the CRM's columns as they were read last, what we wrote last, and
-- what the CRM refused. Additive.

create table mapping_sets (
    connection text not null,
    version    bigint not null,
    author     text not null,
    at_ms      bigint not null,
    mappings   text not null,
    primary key (connection, version)
) without rowid;

create table crm_columns (
    connection text primary key,
    columns    text not null,
    read_ms    bigint not null
) without rowid;

-- The last value that we wrote, per column: what stands otherwise is somebody's.
create table field_writes (
    connection  text not null,
    case_id     text not null,
    column_name text not null,
    value       text not null,
    at_ms       bigint not null,
    primary key (connection, case_id, column_name)
) without rowid;

-- What the CRM said to a column under a version of the mappings, and in which conversation it said so last.
create table field_refusals (
    connection  text not null,
    version     bigint not null,
    column_name text not null,
    refusal     text not null,
    session_id  text not null,
    at_ms       bigint not null,
    primary key (connection, version, column_name)
) without rowid;
