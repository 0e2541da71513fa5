export type LaneView = {
  session: string;
  consumer: string;
  connection: string;
  written_seq: number;
  considered_seq: number;
  dirty_seq: number;
  due_at: string | null;
  reason: string | null;
  state: string;
  detail: Record<string, unknown>;
  contact_name: string | null;
  case_number: string | null;
};
