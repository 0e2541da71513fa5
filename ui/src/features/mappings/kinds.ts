import type { Allowed, Column, ColumnKind } from "../../generated";
import type { IconName } from "../../shared/icons";

const ICONS: Record<ColumnKind["type"], IconName> = {
  text: "text", integer: "number", decimal: "number", money: "money", date: "calendar", date_time: "calendar", time: "clock",
  boolean: "yesno", picklist: "list", multi_picklist: "list", lookup: "list", other: "info",
};

export const kindIcon = (kind: ColumnKind): IconName => ICONS[kind.type];

const values = (count: number) => (count === 0 ? "searched for" : count === 1 ? "1 value" : `${count} values`);

/** What a column holds, in two words for a list. */
export function kindWord(kind: ColumnKind): string {
  switch (kind.type) {
    case "text": return kind.format === "email" ? "E-mail" : kind.format === "phone" ? "Phone" : kind.format === "url" ? "Web address" : "Text";
    case "integer": return "Whole number";
    case "decimal": return "Number";
    case "money": return "Money";
    case "date": return "Date";
    case "date_time": return "Date and time";
    case "time": return "Time";
    case "boolean": return "Yes or no";
    case "picklist": return "Picklist";
    case "multi_picklist": return "Several of a list";
    case "lookup": return "Lookup";
    case "other": return kind.name;
  }
}

/** The same with its limit: Text, at most 20 characters. */
export function kindWords(kind: ColumnKind): string {
  const word = kindWord(kind);
  switch (kind.type) {
    case "text": return kind.max === null ? word : `${word}, at most ${kind.max.toLocaleString("en")}`;
    case "decimal": case "money": return kind.scale === null ? word : kind.scale === 1 ? `${word}, 1 decimal` : `${word}, ${kind.scale} decimals`;
    case "picklist": case "multi_picklist": case "lookup": return `${word}, ${values(kind.values.length)}`;
    default: return word;
  }
}

/** The values that a column may have, when they are told whole. */
export const allowed = (kind: ColumnKind): Allowed[] => ("values" in kind ? kind.values : []);
export const isChoice = (kind: ColumnKind) => kind.type === "picklist" || kind.type === "multi_picklist" || kind.type === "lookup";

/** Why a column cannot be mapped; null where it can. */
export function closed(column: Column): string | null {
  if (column.kind.type === "other") return `Values of type ${column.kind.name} cannot be written`;
  return column.writable ? null : "Casebridge's user may not write it";
}

const fold = (text: string) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** Columns that fit the words, best first: the title's beginning, a word's beginning, anywhere; then the type. Without words required ones stand first. */
export function findColumns(columns: Column[], words: string): Column[] {
  const parts = fold(words).split(/\s+/).filter(Boolean);
  const ranked = columns.flatMap((column) => {
    const [title, name, kind] = [fold(column.title), fold(column.name), fold(kindWord(column.kind))];
    let rank = 0;
    for (const part of parts) {
      if (title.startsWith(part)) rank += 0;
      else if (title.split(/[\s/-]+/).some((word) => word.startsWith(part))) rank += 1;
      else if (title.includes(part) || name.includes(part)) rank += 2;
      else if (kind.includes(part)) rank += 3;
      else return [];
    }
    return [{ column, rank }];
  });
  const shut = (column: Column) => (closed(column) !== null ? 2 : column.locked ? 1 : 0);
  return ranked.sort((a, b) => a.rank - b.rank || shut(a.column) - shut(b.column) || Number(b.column.required) - Number(a.column.required) || a.column.title.localeCompare(b.column.title)).map(({ column }) => column);
}
