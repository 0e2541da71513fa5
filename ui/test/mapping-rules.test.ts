import { describe, expect, it } from "vitest";
import { fakeColumns, fakeMappings } from "../src/host/fake-mapping-data";
import type { ColumnKind, Mapping } from "../src/generated";
import { changes, diff, goneValues, moved, newMapping, ordered, rebase, replaceValue } from "../src/features/mappings/draft";
import { pieces, sureAt } from "../src/features/mappings/dry/evidence";
import { closed, findColumns, kindWords } from "../src/features/mappings/kinds";
import { localProblems } from "../src/features/mappings/problems";
import { fillTemplate, momentOf, readTyped, shownValue, wallClock } from "../src/features/mappings/values";
import { first } from "./show";

const columns = fakeColumns();
const names = (list: { column: string }[]) => list.map((one) => one.column);
const of = (name: string): Mapping => first(fakeMappings().filter((one) => one.column === name));
const column = (name: string) => first(columns.filter((one) => one.name === name));

describe("the order of mappings", () => {
  it("keeps required columns before the rest, however they were added", () => {
    const list = ordered([of("PriorityId"), of("Subject"), of("UsrBookingRef")], columns);
    expect(names(list)).toEqual(["Subject", "PriorityId", "UsrBookingRef"]);
  });

  it("moves within its group and ends at the border", () => {
    const list = ordered([of("Subject"), of("OriginId"), of("PriorityId"), of("UsrBookingRef")], columns);
    expect(names(moved(list, columns, of("UsrBookingRef").id, 0)), "a free one does not pass a required one").toEqual(["Subject", "OriginId", "UsrBookingRef", "PriorityId"]);
    expect(names(moved(list, columns, of("Subject").id, 3)), "nor a required one the free ones").toEqual(["OriginId", "Subject", "PriorityId", "UsrBookingRef"]);
    expect(moved(list, columns, of("Subject").id, 0), "no move is no change").toBe(list);
  });
});

describe("two people at once", () => {
  const base = [of("Subject"), of("PriorityId"), of("UsrBookingRef")];
  const edit = (list: Mapping[], name: string, part: Partial<Mapping>) => list.map((one) => (one.column === name ? { ...one, ...part } : one));

  it("puts mine on top of theirs when different mappings were changed", () => {
    const mine = edit(base, "PriorityId", { threshold: 90 });
    const theirs = [...edit(base, "Subject", { instruction: "short" }), newMapping(column("UsrPartySize"))];
    const { mappings, both } = rebase(base, mine, theirs);
    expect(names(mappings)).toEqual(["Subject", "PriorityId", "UsrBookingRef", "UsrPartySize"]);
    expect(mappings[0]?.instruction, "theirs stays").toBe("short");
    expect(mappings[1]?.threshold, "mine stays").toBe(90);
    expect(both).toEqual([]);
  });

  it("names what both changed, and loses neither my removal nor what they removed under my change", () => {
    const mine = edit(base.filter((one) => one.column !== "Subject"), "PriorityId", { threshold: 90 });
    const theirs = edit(base, "PriorityId", { threshold: 10 }).filter((one) => one.column !== "UsrBookingRef");
    const { mappings, both } = rebase(base, mine, theirs);
    expect(names(mappings)).toEqual(["PriorityId"]);
    expect(mappings[0]?.threshold).toBe(90);
    expect(names(both)).toEqual(["PriorityId"]);
    const kept = rebase(base, edit(base, "UsrBookingRef", { enabled: false }), theirs);
    expect(names(kept.mappings), "what I changed comes back, and is named").toContain("UsrBookingRef");
    expect(names(kept.both)).toContain("UsrBookingRef");
  });

  it("counts what differs, the order too", () => {
    const after = [first(base.slice(1)), first(base), { ...newMapping(column("UsrPartySize")) }];
    const difference = diff(base, after);
    expect([difference.added.length, difference.removed.length, difference.changed.length, difference.reordered]).toEqual([1, 1, 0, true]);
    expect(changes(difference)).toBe(3);
    expect(changes(diff(base, base))).toBe(0);
  });
});

describe("values that are gone", () => {
  it("finds a value that only the mapping still names, and moves its words to another", () => {
    const mapping = of("UsrProductAreaId");
    const [gone] = goneValues(mapping, column("UsrProductAreaId"));
    expect(gone).toMatch(/99$/);
    const to = "50000000-0000-4000-8000-000000000002";
    const now = replaceValue({ ...mapping, fallback: gone }, gone ?? "", to);
    expect(now.synonyms[to]).toEqual(["change fee", "rebooking fee"]);
    expect(now.fallback).toBe(to);
    expect(goneValues(now, column("UsrProductAreaId"))).toEqual([]);
  });

  it("claims nothing of a lookup whose rows are searched for", () => {
    const mapping = { ...newMapping(column("AccountId")), fallback: "any" };
    expect(goneValues(mapping, column("AccountId"))).toEqual([]);
  });
});

describe("what is typed", () => {
  const text = (max: number | null, format: "plain" | "email" | "phone" | "url" = "plain"): ColumnKind => ({ type: "text", max, format });
  it.each<[ColumnKind, string, unknown]>([
    [{ type: "integer" }, "1 204", 1204], [{ type: "decimal", scale: 1 }, "2,5", 2.5], [{ type: "money", scale: 2 }, "214.60", 214.6], [{ type: "money", scale: null }, "-3.125", -3.125],
    [text(4), "🧳🧳🧳🧳", "🧳🧳🧳🧳"], [text(null, "email"), " ada@example.com ", "ada@example.com"], [{ type: "integer" }, "  ", null],
  ])("%o reads %s", (kind, typed, value) => expect(readTyped(kind, typed)).toEqual({ value }));

  it.each<[ColumnKind, string, RegExp]>([
    [{ type: "integer" }, "2.5", /no decimals/], [{ type: "integer" }, "two", /whole number/i], [{ type: "money", scale: 2 }, "1.234", /At most 2 decimals/], [{ type: "decimal", scale: null }, "1.2.3", /A number/],
    [text(4), "12345", /5 characters: at most 4/], [text(null, "email"), "ada", /e-mail/], [text(null, "url"), "example", /web address/],
  ])("%o refuses %s in words", (kind, typed, words) => expect(readTyped(kind, typed)).toEqual({ problem: expect.stringMatching(words) }));

  it("is told before the engine is asked, and only where something is wrong", () => {
    const mapping: Mapping = { ...of("UsrPartySize"), source: { from: "static", value: "two" }, fallback: 3 };
    expect(localProblems([mapping], columns)).toEqual([{ mapping: mapping.id, field: "source", message: expect.stringMatching(/whole number/i) }]);
  });

  it("knows allowed values by their labels", () => {
    expect(shownValue(column("PriorityId").kind, "10000000-0000-4000-8000-000000000003")).toBe("High");
    expect(shownValue(column("UsrTopics").kind, [])).toBe("nothing");
    expect(shownValue({ type: "boolean" }, false)).toBe("No");
  });
});

describe("a moment in a time zone", () => {
  it.each([
    ["2026-11-21T09:30", "Europe/Madrid", "2026-11-21T08:30:00Z"], ["2026-07-01T09:30", "Europe/Madrid", "2026-07-01T07:30:00Z"],
    ["2026-11-21T09:30", "Asia/Kathmandu", "2026-11-21T03:45:00Z"], ["2026-01-01T00:15", "Pacific/Auckland", "2025-12-31T11:15:00Z"],
  ])("%s in %s is %s, and back", (wall, zone, moment) => {
    expect(momentOf(wall, zone)).toBe(moment);
    expect(wallClock(moment, zone)).toBe(wall);
  });

  it("takes the hour after the one that a zone leaves out", () => {
    expect(wallClock(momentOf("2026-03-29T02:30", "Europe/Madrid") ?? "", "Europe/Madrid")).toMatch(/T0[13]:30/);
    expect(momentOf("", "UTC")).toBeNull();
  });
});

describe("a template", () => {
  it("fills what is known and names what is not", () => {
    expect(fillTemplate("{contact.name}: {session.topic} {value.UsrBookingRef}", { "contact.name": "Ada", "value.UsrBookingRef": "RK7" })).toEqual({ text: "Ada:  RK7", missing: ["session.topic"] });
  });
});

describe("finding a column", () => {
  it("puts the title's beginning first, and finds by name and by type", () => {
    expect(findColumns(columns, "ref").map((one) => one.name).slice(0, 2)).toEqual(["UsrRefundAmount", "UsrBookingRef"]);
    expect(findColumns(columns, "usrparty").map((one) => one.name)).toEqual(["UsrPartySize"]);
    expect(findColumns(columns, "money").map((one) => one.name)).toEqual(["UsrRefundAmount"]);
    expect(findColumns(columns, "no such thing")).toEqual([]);
  });

  it("puts required ones first without words, and closed ones last, with why", () => {
    const all = findColumns(columns, "");
    expect(all.slice(0, 2).every((one) => one.required)).toBe(true);
    expect(closed(first(all.slice(-1)))).toMatch(/may not write|cannot be written/);
    expect(kindWords(column("UsrBookingRef").kind)).toBe("Text, at most 20");
  });
});

describe("evidence in a transcript", () => {
  const mark = (mapping: string, start: number, end: number, seq = 1) => ({ mapping, seq, start, end, quote: "" });

  it("is cut by characters, as people count them", () => {
    expect(pieces("🧳 lost in Rome", 1, [mark("a", 2, 6)], "").map((one) => one.text)).toEqual(["🧳 ", "lost", " in Rome"]);
  });

  it("is one piece for the chosen value, numbered in the order of the conversation, whatever lies inside", () => {
    const cut = pieces("I changed RK7 twice, twice", 1, [mark("a", 2, 19), mark("b", 10, 13), mark("a", 21, 26), mark("a", 0, 3, 0)], "a");
    expect(cut.map((one) => [one.text, one.marks.find((two) => two.on)?.n ?? null])).toEqual([["I ", null], ["changed RK7 twice", 2], [", ", null], ["twice", 3]]);
  });

  it("that does not lie in the line is not shown", () => {
    expect(pieces("short", 1, [mark("a", 2, 99)], "a")).toEqual([{ text: "short", marks: [] }]);
  });

  it("says how many of the found values are sure enough", () => {
    const value = (confidence: number | null) => ({ mapping: "a", column: "A", outcome: "write" as const, value: "x", shown: "x", note: null, confidence, evidence: [] });
    const runs = [50, 80, null].map((confidence, i) => ({ session: String(i), lines: [], values: [value(confidence)], by: "built_in" as const, model: null, cost: { calls: 0, tokens_in: 0, tokens_out: 0, took_ms: 1 } }));
    expect(sureAt(runs, "a", 70)).toEqual({ sure: 1, found: 2 });
  });
});
