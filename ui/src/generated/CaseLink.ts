import type { SyncState } from "./SyncState";
import type { CaseChip } from "./CaseChip";

export type CaseLink = {
  session: string;
  contact_name: string | null;
  external_id: string;
  case: CaseChip;
  sync: SyncState;
  opened_at: string | null;
};
