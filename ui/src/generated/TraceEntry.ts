export type TraceEntry = {
  at: string;
  what: string;
  connection: string | null;
  summary: string;
  detail: unknown;
};
