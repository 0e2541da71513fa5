import type { Holder } from "./Holder";
import type { SyncState } from "./SyncState";
import type { CaseChip } from "./CaseChip";

export type SessionRow = {
  id: string;
  source: string;
  external_id: string;
  channel: string;
  contact_name: string | null;
  contact_address: string | null;
  verified: boolean;
  topic: string | null;
  status: "open" | "resolved";
  holder: Holder;
  last_text: string | null;
  last_from: "customer" | "ai" | "agent" | null;
  last_at: string;
  message_count: number;
  case: CaseChip | null;
  sync: SyncState;
  held_replies: number;
};
