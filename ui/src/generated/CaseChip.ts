export type CaseChip = {
  connection: string;
  connection_name: string;
  crm_id: string;
  number: string | null;
  state: "reserved" | "open" | "closed" | "gone" | "merged" | "unreadable";
  url: string | null;
  period: number;
};
