export type EventView = {
  seq: number;
  id: string;
  kind: string;
  at: string;
  recorded_at: string;
  echo_of: string | null;
  body: Record<string, unknown>;
};
