import type { CaseChip } from "./CaseChip";
import type { SessionRow } from "./SessionRow";
import type { ReplyView } from "./ReplyView";
import type { Explanation } from "./Explanation";
import type { ContactView } from "./ContactView";

export type SessionDetail = {
  row: SessionRow;
  contact: ContactView;
  cases: CaseChip[];
  replies: ReplyView[];
  explanation: Explanation[];
  created_at: string;
  language: string | null;
  sentiment: string | null;
  summary: string | null;
  handoff_reason: string | null;
};
