-- What keeps lists and counts quick when there is much of everything. Additive.

-- Counts of the views are read from this alone; `shelf` is computed and would be read from the rows.
create index sessions_counted on sessions (status, holder, holder_name);
-- Cases of one state, newest first.
create index cases_state on cases (state, reserved_ms, connection, crm_id);
-- Lanes with something left to do: few, however many there are.
create index lanes_unfinished on lanes (consumer, session_id)
    where due_ms is not null or lease_until_ms is not null or parked is not null;
