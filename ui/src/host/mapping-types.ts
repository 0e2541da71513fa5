// What a mapping is, as the engine tells it.
export type Allowed = { value: string; label: string };
export type TextFormat = "plain" | "email" | "phone" | "url";
export type ColumnKind =
  | { type: "text"; max: number | null; format: TextFormat }
  | { type: "integer" }
  | { type: "decimal"; scale: number | null }
  | { type: "money"; scale: number | null }
  | { type: "date" }
  | { type: "date_time" }
  | { type: "time" }
  | { type: "boolean" }
  | { type: "picklist"; values: Allowed[]; restricted: boolean }
  | { type: "multi_picklist"; values: Allowed[]; restricted: boolean }
  | { type: "lookup"; object: string; values: Allowed[] }
  | { type: "other"; name: string };
export type Column = { name: string; title: string; kind: ColumnKind; required: boolean; writable: boolean; locked: boolean };
export type Source =
  | { from: "ai" }
  | { from: "static"; value: unknown }
  | { from: "session"; attribute: string }
  | { from: "contact"; attribute: string }
  | { from: "template"; text: string };
export type Unsure = "write" | "suggest" | "leave_out";
export type Overwrite = "keep_edited" | "fill_if_empty" | "always";
export type Mapping = {
  id: string; column: string; title: string; kind: ColumnKind; instruction: string; enabled: boolean; unlocked: boolean; source: Source;
  fallback: unknown; threshold: number; unsure: Unsure; overwrite: Overwrite; synonyms: Record<string, string[]>;
};
export type MappingSet = { connection: string; version: number; author: string; at: string; mappings: Mapping[] };
export type MappingAlarm = { mapping: string; kind: "renamed" | "retyped" | "removed" | "not_writable" | "value_gone" | "refused"; detail: string };
export type MappingsView = { set: MappingSet; alarms: MappingAlarm[]; columns_read_at: string | null };
export type Columns = { columns: Column[]; read_at: string; stale: boolean };
export type Problem = { mapping: string; field: string; message: string };
export type MappingVersion = { version: number; author: string; at: string; count: number };
export type DryLine = { seq: number; from: string; at: string; text: string };
export type Evidence = { seq: number; start: number; end: number; quote: string };
export type DryOutcome = "write" | "left_out" | "refused" | "kept" | "unsure" | "suggest";
export type DryValue = { mapping: string; column: string; outcome: DryOutcome; value: unknown; shown: string | null; note: string | null; confidence: number | null; evidence: Evidence[] };
export type Cost = { calls: number; tokens_in: number; tokens_out: number; took_ms: number };
export type DryRun = { session: string; lines: DryLine[]; values: DryValue[]; by: string; cost: Cost };
export type AnalystView = { kind: "built_in" | "provider"; base_url: string | null; model: string | null; api: "openai" | "anthropic" | null; key_stored: boolean };
export type AnalystTest = { good: boolean; detail: string; hint: string | null };
