import type { ConnectionView, EventView } from "../generated";
import { fakeColumns, fakeMappings } from "./fake-mapping-data";
import type { Handlers } from "./fake";
import type { AnalystView, Column, DryRun, FieldOutcome, Mapping, MappingAlarm, MappingPart, MappingProblem, MappingSet, SuggestionView } from "../generated";
import { CallError } from "./types";

type Held = { columns: Column[]; versions: MappingSet[]; readAt: string };
const MINUTE = 60_000;
const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE).toISOString();

function alarmsOf(mappings: Mapping[], columns: Column[]): MappingAlarm[] {
  return mappings.flatMap((one): MappingAlarm[] => {
    const column = columns.find((other) => other.name === one.column);
    const renamed = columns.find((other) => other.title === one.title);
    if (!column) return [{ mapping: one.id, kind: renamed ? "renamed" : "removed", detail: renamed ? renamed.name : `There is no column ${one.column} any more.` }];
    if (!column.writable) return [{ mapping: one.id, kind: "not_writable", detail: "Give user “Casebridge” the right to edit it." }];
    if (column.kind.type !== one.kind.type) return [{ mapping: one.id, kind: "retyped", detail: `It was ${one.kind.type}, and is ${column.kind.type} now.` }];
    const values = "values" in column.kind ? column.kind.values : [];
    const gone = Object.keys(one.synonyms).find((value) => values.length > 0 && !values.some((row) => row.value === value));
    return gone ? [{ mapping: one.id, kind: "value_gone", detail: `“${"values" in one.kind ? (one.kind.values.find((row) => row.value === gone)?.label ?? gone) : gone}” is gone since 18 Nov.` }] : [];
  });
}

function problemsOf(mappings: Mapping[], columns: Column[]): MappingProblem[] {
  return mappings.flatMap((one) => {
    const found: MappingProblem[] = [];
    const say = (field: MappingPart, message: string) => found.push({ mapping: one.id, field, message });
    const column = columns.find((other) => other.name === one.column);
    if (!column) return [{ mapping: one.id, field: "column" as const, message: `The case has no column ${one.column}. Letter case counts.` }];
    if (mappings.some((other) => other !== one && other.column === one.column)) say("column", `${one.column} is mapped twice.`);
    if (column.locked && !one.unlocked && one.enabled && one.source.from === "ai") say("column", `${column.title} is left to people unless you unlock it.`);
    const value = one.source.from === "static" ? one.source.value : null;
    if (one.source.from === "static" && (value === null || value === "")) say("source", "Say which value.");
    if (column.kind.type === "text" && column.kind.max !== null && typeof value === "string" && value.length > column.kind.max) say("source", `${value.length} characters: at most ${column.kind.max} fit.`);
    if (one.source.from === "template" && /\{(?!session\.|contact\.|value\.)[^}]*\}/.test(one.source.text)) say("source", "A place in the template is not known.");
    if ((one.source.from === "session" || one.source.from === "contact") && one.source.attribute === "") say("source", "Say which attribute.");
    return found;
  });
}

const MONEY = /(\d+[.,]\d{2})\s?€/;
const CODE = /\b[A-Z0-9]{3}-[0-9A-Z]{4}\b/;
const DAY = /Monday the 23rd/;

/** What an analyst would find, by patterns: enough to show every outcome. */
function read(mapping: Mapping, events: EventView[], column: Column | undefined): FieldOutcome {
  const blank: FieldOutcome = { mapping: mapping.id, column: mapping.column, outcome: "unsure", value: null, shown: "", note: "The conversation does not say", confidence: 0, evidence: [] };
  const gone = { ...blank, outcome: "refused" as const, note: `There is no column ${mapping.column}`, confidence: null };
  if (!column) return gone;
  if (!column.writable) return { ...gone, value: true, shown: "Yes", note: `“Casebridge” may not write ${mapping.column}` };
  if (mapping.source.from === "static") {
    const { value } = mapping.source;
    const label = "values" in column.kind ? column.kind.values.find((row) => row.value === value)?.label : undefined;
    return value === null ? { ...blank, outcome: "left_out", note: "No value is chosen", confidence: null } : { ...blank, outcome: "write", value, shown: label ?? String(value), note: null, confidence: null };
  }
  if (mapping.source.from !== "ai") return { ...blank, outcome: "write", value: "whatsapp", shown: mapping.source.from === "template" ? "https://casebridge.example/s/ses_70482" : "WhatsApp", note: null, confidence: null };
  const find = (pattern: RegExp, shown: (hit: RegExpExecArray) => string, confidence: number, more: Partial<FieldOutcome> = {}): FieldOutcome => {
    for (const one of events) {
      const text = typeof one.body.text === "string" ? one.body.text : "";
      const hit = pattern.exec(text);
      if (!hit) continue;
      const start = [...text.slice(0, hit.index)].length;
      const sure = confidence >= mapping.threshold;
      return { ...blank, outcome: sure ? "write" : mapping.unsure === "suggest" ? "suggest" : "unsure", value: shown(hit), shown: shown(hit), note: null, confidence, evidence: [{ seq: one.seq, start, end: start + [...hit[0]].length, quote: hit[0] }], ...more };
    }
    return blank;
  };
  if (column.kind.type === "money") return find(MONEY, (hit) => `${hit[1]} EUR`, 97, { outcome: "kept", note: "Daniel Reyes set it at 14:10" });
  if (column.kind.type === "date") return find(DAY, () => "2026-11-23", 91, { note: "“Monday the 23rd”, in Madrid" });
  if (column.name === "UsrBookingRef") return find(CODE, (hit) => hit[0], 99, { note: "8 of 20 characters" });
  if (column.name === "PriorityId") return find(/need the money back before that/, () => "High", 94);
  if (column.name === "UsrProductAreaId") return find(/changed flight .{1,60}twice/, () => "Flight change fees", 88, { outcome: "left_out", note: "A synonym names a removed value" });
  if (column.kind.type === "integer") return find(/\bwe\b/, () => "2", 31, { note: "“we” could be two or more" });
  return blank;
}

/** What the analyst was not sure enough of in the conversation about the double charge. */
export const suggestions = (): SuggestionView[] => [
  { connection: "Creatio", mapping: "00000000-0000-4000-8000-000000000011", column: "UsrPartySize", title: "Party size", value: 2, shown: "2", confidence: 55, evidence: [{ seq: 1, start: 0, end: 2, quote: "Mi marido" }] },
  { connection: "Creatio", mapping: "00000000-0000-4000-8000-000000000003", column: "PriorityId", title: "Priority", value: "10000000-0000-4000-8000-000000000003", shown: "High", confidence: 64, evidence: [{ seq: 1, start: 0, end: 2, quote: "need the money back before that" }] },
];

/** Mappings in memory: versions, checks and a dry run by patterns. */
export function mappings(joined: ConnectionView[], eventsOf: (session: string) => EventView[], tell: (...tags: string[]) => void): Handlers {
  const held = new Map<string, Held>();
  const analyst: AnalystView = { kind: "built_in", base_url: "", model: "", api: "openai", has_key: false };
  const of = (connection: string): Held => {
    const one = joined.find((other) => other.name === connection || other.id === connection);
    if (!one) throw new CallError("not_found", `there is no connection \`${connection}\``, null, null, 404);
    const known = held.get(one.name) ?? (one.kind === "creatio"
      ? { columns: fakeColumns(), versions: [{ connection: one.id, version: 14, author: "Maja", at: ago(4_000), mappings: fakeMappings() }, { connection: one.id, version: 13, author: "Daniel Reyes", at: ago(9_000), mappings: fakeMappings().slice(0, 6) }], readAt: ago(6) }
      : { columns: fakeColumns().slice(0, 8), versions: [{ connection: one.id, version: 0, author: "", at: ago(0), mappings: [] }], readAt: ago(180) });
    held.set(one.name, known);
    return known;
  };
  const latest = (one: Held) => one.versions[0] as MappingSet;
  const run = (session: string, set: Mapping[], columns: Column[]): DryRun => {
    const events = eventsOf(session).filter((one) => typeof one.body.text === "string");
    const from = (one: EventView) => (one.body.from === "customer" || one.body.from === "ai" ? one.body.from : "agent");
    return {
      session, by: analyst.kind, model: analyst.model || null, cost: { calls: 1, tokens_in: 1_104, tokens_out: 100, took_ms: 900 },
      lines: events.map((one) => ({ seq: one.seq, from: from(one), at: one.at, text: String(one.body.text) })),
      values: set.filter((one) => one.enabled).map((one) => read(one, events, columns.find((column) => column.name === one.column))),
    };
  };
  return {
    mappings_show: ({ connection }) => ({ set: latest(of(connection)), alarms: alarmsOf(latest(of(connection)).mappings, of(connection).columns), columns_read_at: of(connection).readAt }),
    columns_list: ({ connection, refresh }) => {
      const one = of(connection);
      if (refresh) one.readAt = ago(0);
      return { columns: one.columns, read_at: one.readAt, stale: Date.parse(one.readAt) < Date.now() - 120 * MINUTE };
    },
    lookup_values: ({ query = "" }) => ["Ada Okafor", "Jonas Weber", "Lucía Fernández", "Mei Tanaka"].map((label, i) => ({ value: `44444444-0000-4000-8000-00000000000${i}`, label })).filter((one) => one.label.toLowerCase().includes(query.toLowerCase())),
    mappings_check: ({ connection, mappings: set }) => problemsOf(set, of(connection).columns),
    mappings_save: ({ connection, based_on, mappings: set }) => {
      const one = of(connection);
      if (latest(one).version !== based_on) throw new CallError("conflict", `${latest(one).author} saved version ${latest(one).version} meanwhile`, "look at what changed, then save again", null, 409);
      const problems = problemsOf(set, one.columns);
      if (problems.length > 0) return { set: null, problems };
      const saved: MappingSet = { connection, version: based_on + 1, author: "Mira Kovač", at: ago(0), mappings: structuredClone(set) };
      one.versions.unshift(saved);
      tell("connections");
      return { set: saved, problems: [] };
    },
    mappings_versions: ({ connection }) => of(connection).versions.filter((one) => one.version > 0).map(({ version, author, at, mappings: set }) => ({ version, author, at, count: set.length })),
    mappings_version: ({ connection, version }) => of(connection).versions.find((one) => one.version === version) ?? latest(of(connection)),
    mappings_export: ({ connection }) => ({ text: JSON.stringify({ casebridge_mappings: 1, mappings: latest(of(connection)).mappings }, null, 2) }),
    mappings_import: ({ connection, text }) => {
      const told = (() => { try { return JSON.parse(text) as { mappings?: Mapping[] }; } catch { return null; } })();
      if (!told?.mappings) throw new CallError("invalid", "this is no export of mappings", "paste the whole text of an export", null, 400);
      return { mappings: told.mappings, problems: problemsOf(told.mappings, of(connection).columns) };
    },
    mappings_dry_run: ({ connection, sessions, mappings: set }) => sessions.map((one) => run(one, set ?? latest(of(connection)).mappings, of(connection).columns)),
    analyst_show: () => ({ ...analyst }),
    analyst_set: ({ key, ...change }) => {
      Object.assign(analyst, { base_url: "", model: "", api: "openai" }, change, key ? { has_key: true } : {});
      tell("connections");
      return { ...analyst };
    },
    analyst_test: () => (analyst.base_url.includes("away")
      ? { good: false, by: null, model: null, cost: null, failure: "the provider did not answer", hint: "check its address" }
      : { good: true, by: analyst.kind, model: analyst.model || null, cost: { calls: 1, tokens_in: 80, tokens_out: 20, took_ms: 400 }, failure: null, hint: null }),
  };
}
