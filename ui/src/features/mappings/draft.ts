import type { Column, Mapping, MappingPart, MappingProblem } from "../../generated";
import { sentence } from "../../shared/sentence";
import { newId } from "../../shared/insecure";
import { allowed } from "./kinds";

export const USUAL_THRESHOLD = 70;

/** A mapping of a column as it begins: the AI fills it, and leaves it blank when unsure. */
export const newMapping = (column: Column): Mapping => ({
  id: newId(), column: column.name, title: column.title, kind: column.kind, instruction: "", enabled: true, unlocked: false,
  source: { from: "ai" }, fallback: null, threshold: USUAL_THRESHOLD, unsure: "leave_out", overwrite: "keep_edited", synonyms: {},
});

export const columnOf = (columns: Column[], mapping: Mapping) => columns.find((one) => one.name === mapping.column);
const isRequired = (columns: Column[], mapping: Mapping) => columnOf(columns, mapping)?.required ?? false;

/** Required ones first; within each group the order is the admin's. */
export const ordered = (mappings: Mapping[], columns: Column[]): Mapping[] =>
  [...mappings.filter((one) => isRequired(columns, one)), ...mappings.filter((one) => !isRequired(columns, one))];

/** Moves one to the place of another. Required ones stay before the rest, so a move ends at the border. */
export function moved(mappings: Mapping[], columns: Column[], id: string, to: number): Mapping[] {
  const list = ordered(mappings, columns);
  const from = list.findIndex((one) => one.id === id);
  const one = list[from];
  if (!one) return mappings;
  const border = list.filter((other) => isRequired(columns, other)).length;
  const [least, most] = isRequired(columns, one) ? [0, border - 1] : [border, list.length - 1];
  const place = Math.max(least, Math.min(most, to));
  if (place === from) return mappings;
  list.splice(from, 1);
  list.splice(place, 0, one);
  return list;
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

export type Diff = { added: Mapping[]; removed: Mapping[]; changed: { before: Mapping; after: Mapping; what: string[] }[]; reordered: boolean };

const PARTS: [string, (one: Mapping) => unknown][] = [
  ["column", (one) => one.column], ["switched on or off", (one) => one.enabled], ["source", (one) => one.source], ["instruction", (one) => one.instruction],
  ["fallback", (one) => one.fallback], ["sureness", (one) => [one.threshold, one.unsure]], ["overwriting", (one) => one.overwrite],
  ["customers' words", (one) => one.synonyms], ["lock", (one) => one.unlocked], ["type", (one) => [one.kind, one.title]],
];

/** What differs between two versions. */
export function diff(before: Mapping[], after: Mapping[]): Diff {
  const was = new Map(before.map((one) => [one.id, one]));
  const is = new Map(after.map((one) => [one.id, one]));
  const changed = after.flatMap((one) => {
    const old = was.get(one.id);
    const what = old ? PARTS.filter(([, part]) => !same(part(old), part(one))).map(([name]) => name) : [];
    return old && what.length > 0 ? [{ before: old, after: one, what }] : [];
  });
  const both = (list: Mapping[], other: Map<string, Mapping>) => list.filter((one) => other.has(one.id)).map((one) => one.id);
  return {
    added: after.filter((one) => !was.has(one.id)), removed: before.filter((one) => !is.has(one.id)), changed,
    reordered: !same(both(before, is), both(after, was)),
  };
}

export const changes = (one: Diff) => one.added.length + one.removed.length + one.changed.length + (one.reordered ? 1 : 0);

/** What stands in the second list alone is put after what stands before it there. */
function woven(first: Mapping[], second: Mapping[]): Mapping[] {
  const list = [...first];
  second.forEach((one, i) => {
    if (list.some((other) => other.id === one.id)) return;
    const before = second[i - 1]?.id;
    list.splice(before ? list.findIndex((other) => other.id === before) + 1 : 0, 0, one);
  });
  return list;
}

/** Mine on top of what somebody else saved meanwhile. Where both changed the same mapping, or added the same column, mine stands and is named. */
export function rebase(base: Mapping[], mine: Mapping[], theirs: Mapping[]): { mappings: Mapping[]; both: Mapping[]; order: boolean } {
  const there = new Map(theirs.map((one) => [one.id, one]));
  const their = diff(base, theirs);
  const fresh = new Set([...diff(base, mine).added, ...diff(base, mine).changed.map(({ after }) => after)].map((one) => one.id));
  // A column is mapped once: what both made of it anew goes by their id, which is saved already.
  const twins = new Map(their.added.map((one) => [one.column, one.id]));
  const own = mine.map((one) => (fresh.has(one.id) && !there.has(one.id) ? { ...one, id: twins.get(one.column) ?? one.id } : one));

  const my = diff(base, own);
  const touched = new Map([...my.added, ...my.changed.map(({ after }) => after)].map((one) => [one.id, one]));
  const gone = new Set(my.removed.map((one) => one.id));
  const left = (list: Mapping[]) => list.filter((one) => touched.has(one.id) || (there.has(one.id) && !gone.has(one.id))).map((one) => touched.get(one.id) ?? there.get(one.id) ?? one);
  const mappings = my.reordered ? woven(left(own), left(theirs)) : woven(left(theirs), left(own));

  const changedThere = new Set([...their.added, ...their.removed, ...their.changed.map(({ after }) => after)].map((one) => one.id));
  const both = [...touched.values(), ...theirs.filter((one) => gone.has(one.id))].filter((one) => changedThere.has(one.id) && !same(touched.get(one.id), there.get(one.id)));
  return { mappings, both, order: my.reordered && their.reordered };
}

/** Values that the mapping names and the column no longer has. A lookup that is searched for tells no list to compare with. */
export function goneValues(mapping: Mapping, column: Column | undefined): string[] {
  const kind = column?.kind;
  if (!kind || allowed(kind).length === 0) return [];
  const known = new Set(allowed(kind).map((one) => one.value.toLowerCase()));
  const named = [mapping.source.from === "static" ? mapping.source.value : null, mapping.fallback].flat().filter((one) => typeof one === "string");
  return [...new Set([...Object.keys(mapping.synonyms), ...named])].filter((one) => !known.has(one.toLowerCase()));
}

/** Without the words of one value. */
export const withoutWords = (synonyms: Mapping["synonyms"], value: string): Mapping["synonyms"] => Object.fromEntries(Object.entries(synonyms).filter(([name]) => name !== value));

/** The mapping with one allowed value in another's place, wherever it was named. */
export function replaceValue(mapping: Mapping, old: string, now: string): Mapping {
  const swap = (value: unknown): unknown => (Array.isArray(value) ? [...new Set(value.map(swap))] : value === old ? now : value);
  const words = mapping.synonyms[old];
  const rest = withoutWords(mapping.synonyms, old);
  const synonyms = words ? { ...rest, [now]: [...new Set([...(rest[now] ?? []), ...words])] } : mapping.synonyms;
  const source = mapping.source.from === "static" ? { ...mapping.source, value: swap(mapping.source.value) } : mapping.source;
  return { ...mapping, source, fallback: swap(mapping.fallback), synonyms };
}

/** What is wrong with one part of a mapping, as sentences. */
export const problemAt = (problems: MappingProblem[], mapping: string, part: MappingPart): string | undefined =>
  problems.filter((one) => one.mapping === mapping && one.field === part).map((one) => sentence(one.message)).join(" ") || undefined;
