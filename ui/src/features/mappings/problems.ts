import type { Column, Mapping, MappingProblem } from "../../generated";
import { columnOf } from "./draft";
import { readTyped } from "./values";

const NUMBERS = new Set(["integer", "decimal", "money"]);

/** What is wrong with a value that a person typed; null while it is one of the column's. */
function wrong(kind: Mapping["kind"], value: unknown): string | null {
  if (value === null || value === undefined || typeof value === "object") return null;
  if (typeof value === "string" && (NUMBERS.has(kind.type) || kind.type === "text")) {
    const read = readTyped(kind, value);
    return "problem" in read ? read.problem : null;
  }
  return null;
}

/** Just begun: what was not filled in yet is no fault until somebody wants to save it. */
export function unfinished({ source }: Mapping): boolean {
  if (source.from === "static") return source.value === null || source.value === "";
  if (source.from === "template") return source.text.trim() === "";
  return (source.from === "session" || source.from === "contact") && source.attribute === "";
}

/** What can be told without asking the engine, at the moment it is typed. */
export function localProblems(mappings: Mapping[], columns: Column[]): MappingProblem[] {
  return mappings.flatMap((one) => {
    const kind = columnOf(columns, one)?.kind ?? one.kind;
    const source = one.source.from === "static" ? wrong(kind, one.source.value) : null;
    const fallback = wrong(kind, one.fallback);
    return [...(source ? [{ mapping: one.id, field: "source" as const, message: source }] : []), ...(fallback ? [{ mapping: one.id, field: "fallback" as const, message: fallback }] : [])];
  });
}
