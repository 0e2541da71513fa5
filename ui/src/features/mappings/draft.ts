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

/** Mine on top of what somebody else saved meanwhile. Where both changed the same mapping mine stands, and is named. */
export function rebase(base: Mapping[], mine: Mapping[], theirs: Mapping[]): { mappings: Mapping[]; both: Mapping[] } {
  const my = diff(base, mine);
  const their = diff(base, theirs);
  const gone = new Set(my.removed.map((one) => one.id));
  const changed = new Map(my.changed.map(({ after }) => [after.id, after]));
  const dropped = their.removed.flatMap((one) => changed.get(one.id) ?? []);
  const mappings = theirs.filter((one) => !gone.has(one.id)).map((one) => changed.get(one.id) ?? one);
  const taken = new Set(mappings.map((one) => one.column));
  const added = [...my.added, ...dropped].filter((one) => !taken.has(one.column));
  const both = [...my.changed.map(({ after }) => after).filter((one) => their.changed.some(({ after }) => after.id === one.id)), ...dropped];
  return { mappings: [...mappings, ...added], both };
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
