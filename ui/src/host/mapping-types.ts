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
export type AlarmKind = "renamed" | "retyped" | "removed" | "not_writable" | "value_gone" | "refused";
export type MappingAlarm = { mapping: string; kind: AlarmKind; detail: string };
export type MappingPart = "column" | "instruction" | "source" | "fallback" | "threshold" | "synonyms";
export type MappingProblem = { mapping: string; field: MappingPart; message: string };
export type MappingsView = { set: MappingSet; alarms: MappingAlarm[]; columns_read_at: string | null };
export type MappingsSaved = { set: MappingSet | null; problems: MappingProblem[] };
export type MappingDraft = { mappings: Mapping[]; problems: MappingProblem[] };
export type ColumnList = { columns: Column[]; read_at: string; stale: boolean };
export type MappingVersionLine = { version: number; author: string; at: string; count: number };
export type TranscriptLineView = { seq: number; from: "customer" | "ai" | "agent"; at: string; text: string };
export type FieldEvidence = { seq: number; start: number; end: number; quote: string };
export type FieldOutcomeKind = "write" | "left_out" | "refused" | "kept" | "unsure" | "suggest";
export type FieldOutcome = { mapping: string; column: string; outcome: FieldOutcomeKind; value: unknown; shown: string; note: string | null; confidence: number | null; evidence: FieldEvidence[] };
export type AnalysisCost = { calls: number; tokens_in: number; tokens_out: number; took_ms: number };
export type AnalystKind = "built_in" | "provider";
export type DryRun = { session: string; lines: TranscriptLineView[]; values: FieldOutcome[]; by: AnalystKind | null; model: string | null; cost: AnalysisCost };
export type SuggestionView = { connection: string; mapping: string; column: string; title: string; value: unknown; shown: string; confidence: number; evidence: FieldEvidence[] };
export type AnalystView = { kind: AnalystKind; base_url: string; model: string; api: "openai" | "anthropic"; has_key: boolean };
export type AnalystAnswer = { good: boolean; by: AnalystKind | null; model: string | null; cost: AnalysisCost | null; failure: string | null; hint: string | null };
