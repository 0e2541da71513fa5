-- Calls of a day are counted each time a connection is shown: not by reading every attempt there ever was. Additive.
create index attempts_recent on attempts (connection, started_ms, parts, (failure is not null));
