export type SyncState = {
  state: "synced" | "skipped_items" | "syncing" | "waiting" | "retrying" | "paused" | "parked" | "no_case";
  detail: string | null;
  at: string | null;
  tries: number | null;
};
