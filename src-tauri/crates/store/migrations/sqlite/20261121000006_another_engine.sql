-- Another engine may write to the same CRM. Records of ours that were made there before `adopts_before_ms`, and that no
-- intent of this store accounts for, belong to an engine whose work this one took over. What people said there from
-- `unsure_since_ms` until then may have been delivered by that engine, or by nobody.
alter table connections add column adopts_before_ms bigint;
alter table connections add column unsure_since_ms bigint;
