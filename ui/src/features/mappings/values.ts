import type { ColumnKind } from "../../generated";
import { allowed } from "./kinds";

/** What a person typed, as a value of the column: or why it is none. Nothing typed is no value. */
export type Read = { value: unknown } | { problem: string };

const NUMBER = /^[+-]?(\d+([.,]\d*)?|[.,]\d+)$/;

function readNumber(typed: string, scale: number | null): Read {
  const text = typed.replace(/[\s\u00a0\u202f']/g, "");
  if (!NUMBER.test(text)) return { problem: scale === 0 ? "A whole number, such as 12." : "A number, such as 214.60." };
  const places = /[.,](\d*)$/.exec(text)?.[1]?.length ?? 0;
  if (scale === 0 && places > 0) return { problem: "A whole number: no decimals." };
  if (scale !== null && places > scale) return { problem: `At most ${scale} ${scale === 1 ? "decimal" : "decimals"}.` };
  return { value: Number(text.replace(",", ".")) };
}

export function readTyped(kind: ColumnKind, typed: string): Read {
  const text = typed.trim();
  if (text === "") return { value: null };
  switch (kind.type) {
    case "integer": return readNumber(text, 0);
    case "decimal": case "money": return readNumber(text, kind.scale);
    case "text": {
      const length = [...text].length;
      if (kind.max !== null && length > kind.max) return { problem: `${length} characters: at most ${kind.max} fit.` };
      if (kind.format === "email" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)) return { problem: "An e-mail address, such as ada@example.com." };
      if (kind.format === "url" && !URL.canParse(text)) return { problem: "A web address, such as https://example.com." };
      return { value: text };
    }
    default: return { value: text };
  }
}

/** A value as it stands in a field; empty for none. */
export const typedOf = (value: unknown): string => (value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value));

/** A value as people read it: an allowed value by its label. */
export function shownValue(kind: ColumnKind, value: unknown): string {
  if (value === null || value === undefined || value === "") return "nothing";
  if (typeof value === "boolean") return value ? "Yes" : "No";
  const label = (one: unknown) => allowed(kind).find((row) => row.value === one)?.label ?? String(one);
  return Array.isArray(value) ? value.map(label).join(", ") || "nothing" : label(value);
}

/** How many minutes a zone's clock is ahead of UTC at a moment. */
function ahead(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" }).formatToParts(at);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  return (Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second")) - Math.floor(at / 1000) * 1000) / 60_000;
}

/** What a clock in the zone shows at a moment, as a date-time field holds it: 2026-11-21T09:30. */
export function wallClock(moment: string, zone: string): string {
  const at = Date.parse(moment);
  return Number.isNaN(at) ? "" : new Date(at + ahead(at, zone) * 60_000).toISOString().slice(0, 16);
}

/** The moment at which a clock in the zone shows this. An hour that a zone leaves out is the one after it. */
export function momentOf(wall: string, zone: string): string | null {
  const utc = /^\d{4,}-\d\d-\d\dT\d\d:\d\d$/.test(wall.slice(0, 16)) ? Date.parse(`${wall.slice(0, 16)}:00Z`) : NaN;
  if (Number.isNaN(utc)) return null;
  const first = utc - ahead(utc, zone) * 60_000;
  return new Date(utc - ahead(first, zone) * 60_000).toISOString().replace(".000Z", "Z");
}

export const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
export const zones = (): string[] => [...new Set([HERE, "UTC", ...Intl.supportedValuesOf("timeZone")])];

export type Filled = { text: string; missing: string[] };

/** A template with its places filled; a place that has no value stays empty and is told. */
export function fillTemplate(text: string, known: Record<string, string | null | undefined>): Filled {
  const missing: string[] = [];
  const filled = text.replace(/\{([^{}]+)\}/g, (_, name: string) => {
    const value = known[name.trim()];
    if (!value) missing.push(name.trim());
    return value ?? "";
  });
  return { text: filled, missing };
}
