-- Which conversations go to which connection, whose open case a returning customer has, and cases by the ids that a CRM
-- gives them itself. Additive.

-- What the source says a conversation is about, for rules.
alter table sessions add column tags text not null default '[]';
-- A connection's rule, and what it decided about a conversation when its lane was first due: 1 here, 0 elsewhere.
alter table connections add column route text not null default '{}';
alter table lanes add column routed bigint;

-- Salesforce takes no id of ours for a row: its webhooks and links name cases by this one.
alter table cases add column native_id text;
create index cases_native on cases (connection, native_id) where native_id is not null;
-- The verified identity of the customer whose case it is.
alter table cases add column contact_key text;
create index cases_contact on cases (connection, contact_key) where contact_key is not null;
