import { describe, expect, it } from "vitest";
import { changes, diff, newMapping, rebase } from "../src/features/mappings/draft";
import { fakeColumns, fakeMappings } from "../src/host/fake-mapping-data";
import type { Mapping } from "../src/generated";
import { first } from "./show";

const of = (name: string): Mapping => first(fakeMappings().filter((one) => one.column === name));
const added = (name: string, part: Partial<Mapping> = {}): Mapping => ({ ...newMapping(first(fakeColumns().filter((one) => one.name === name))), ...part });
const names = (list: { column: string }[]) => list.map((one) => one.column);
const base = [of("Subject"), of("PriorityId"), of("UsrBookingRef")];
const edit = (list: Mapping[], name: string, part: Partial<Mapping>) => list.map((one) => (one.column === name ? { ...one, ...part } : one));

describe("a column that both added", () => {
  const theirs = [...base, added("UsrPartySize", { instruction: "theirs" })];

  it("is one mapping: mine, under the id that is saved already, and it is named", () => {
    const { mappings, both } = rebase(base, [...base, added("UsrPartySize", { instruction: "mine" })], theirs);
    expect(names(mappings)).toEqual([...names(base), "UsrPartySize"]);
    expect(mappings.at(-1)).toMatchObject({ id: theirs.at(-1)?.id, instruction: "mine" });
    expect(names(both)).toEqual(["UsrPartySize"]);
  });

  it("is not named when both made the same of it", () => {
    const { mappings, both } = rebase(base, [...base, added("UsrPartySize", { instruction: "theirs" })], theirs);
    expect(mappings).toEqual(theirs);
    expect(both).toEqual([]);
  });

  it("stays one when they made anew what I changed, and stays theirs when I did not", () => {
    const anew = added("UsrBookingRef", { instruction: "theirs" });
    const without = [...base.slice(0, 2), anew];
    const mine = rebase(base, edit(base, "UsrBookingRef", { instruction: "mine" }), without);
    expect(mine.mappings.filter((one) => one.column === "UsrBookingRef")).toEqual([expect.objectContaining({ id: anew.id, instruction: "mine" })]);
    expect(names(mine.both)).toEqual(["UsrBookingRef"]);
    const untouched = rebase(base, edit(base, "Subject", { instruction: "mine" }), without);
    expect(untouched.mappings.filter((one) => one.column === "UsrBookingRef")).toEqual([anew]);
    expect(untouched.both).toEqual([]);
  });
});

describe("the order", () => {
  const [subject, priority, booking] = base as [Mapping, Mapping, Mapping];

  it("that I changed is kept on top of theirs, with what they added where they put it", () => {
    const party = added("UsrPartySize");
    const { mappings, order } = rebase(base, [subject, booking, priority], [subject, priority, party, booking]);
    expect(names(mappings)).toEqual(["Subject", "UsrBookingRef", "PriorityId", "UsrPartySize"]);
    expect(order, "only I changed it").toBe(false);
  });

  it("that they changed is kept under mine, with what I added where I put it", () => {
    const { mappings, order } = rebase(base, [subject, added("UsrPartySize"), priority, booking], [subject, booking, priority]);
    expect(names(mappings)).toEqual(["Subject", "UsrPartySize", "UsrBookingRef", "PriorityId"]);
    expect(order).toBe(false);
  });

  it("that both changed is mine, and that is told", () => {
    const { mappings, order } = rebase(base, [subject, booking, priority], [priority, subject, booking]);
    expect(names(mappings)).toEqual(["Subject", "UsrBookingRef", "PriorityId"]);
    expect(order).toBe(true);
  });

  it("that nobody changed is theirs, and nothing of mine is left over", () => {
    const theirs = [...edit(base, "Subject", { instruction: "theirs" }), added("UsrTravelDate")];
    const { mappings, both, order } = rebase(base, base, theirs);
    expect(changes(diff(theirs, mappings))).toBe(0);
    expect([both, order]).toEqual([[], false]);
  });
});

it("names a mapping that they changed and I removed: it goes, but not unseen", () => {
  const { mappings, both } = rebase(base, base.slice(1), edit(base, "Subject", { instruction: "theirs" }));
  expect(names(mappings)).toEqual(["PriorityId", "UsrBookingRef"]);
  expect(names(both)).toEqual(["Subject"]);
});
