import { describe, expect, it } from "vitest";
import { nextDue, outagesOf, outageWords, rowsOf } from "../src/features/trace/outages";
import { first } from "./show";
import { toSteps } from "../src/features/trace/steps";
import type { TraceEntry, TraceView } from "../src/generated";

const at = (second: number) => new Date(Date.UTC(2026, 10, 21, 14, 2, second)).toISOString();
const entry = (second: number, what: string, detail: unknown = {}, connection: string | null = "Creatio"): TraceEntry => ({ at: at(second), what, connection, summary: what, detail });
const call = (second: number, status: number | null, connection = "Creatio") =>
  entry(second, "call", { method: "POST", path: "/0/odata/Case", status, took_us: 1000, failure: status === 201 ? null : "no" }, connection);
const steps = (timeline: TraceEntry[]) => toSteps({ session: {}, cases: [], explanation: [], lanes: [], timeline } as unknown as TraceView);

describe("an outage is one band", () => {
  it("from the first failure to the first good answer, with everything else in its place", () => {
    const all = steps([call(1, 503), entry(2, "retry"), entry(3, "event", { event: { kind: "message", from: "ai" } }, null), call(9, null), call(40, 201), call(41, 201)]);
    const found = outagesOf(all);
    expect(found).toHaveLength(1);
    const outage = first(found);
    expect(outageWords(outage)).toBe("Creatio did not answer for 39 s, then recovered.");
    expect(outage.tries).toEqual([false, false, true]);
    const rows = rowsOf(all, [outage], new Set());
    expect(rows.map((row) => row.type)).toEqual(["band", ...all.map(() => "step")]);
    const folded = rowsOf(all, [outage], new Set([outage.id]));
    expect(folded.map((row) => (row.type === "step" ? row.step.id : "band"))).toEqual(["band", 2, 4, 5]);
  });

  it("a single failure that the next call mends is none", () => {
    expect(outagesOf(steps([call(1, 503), call(2, 201)]))).toEqual([]);
  });

  it("two connections fail each for themselves, and one that has not recovered says so", () => {
    const all = outagesOf(steps([call(1, 503), call(1, 503, "Salesforce"), call(4, 502), call(6, 503, "Salesforce"), call(9, 201)]));
    expect(all.map(outageWords)).toEqual(["Creatio did not answer for 8 s, then recovered.", "Salesforce has not answered for 5 s."]);
  });

  it("a refusal is no outage: time does not mend it", () => {
    expect(outagesOf(steps([call(1, 400), call(2, 400), call(3, 201)]))).toEqual([]);
  });
});

describe("what is due next", () => {
  const now = Date.parse(at(0));
  const poller = { name: "Creatio", paused: null, last_poll_at: at(-10), polls_every_s: 30 };
  const view = (lanes: unknown[] = []) => ({ cases: [{ connection: "Creatio", state: "open" }], lanes }) as unknown as TraceView;
  const lane = (second: number) => ({ connection: "Creatio", state: "retrying", due_at: at(second), reason: "no answer" });

  it("names the poller's round where that is next, and a lane's try where that is", () => {
    expect(nextDue(view(), now, [poller])).toEqual({ at: "in 20 s", title: "Next look", text: "Creatio: the poller asks what changed there, every 30 s" });
    expect(nextDue(view([lane(5)]), now, [poller])?.title, "a try before the round").toBe("Next try");
    expect(nextDue(view([lane(50)]), now, [poller])?.title, "a try after it").toBe("Next look");
  });

  it("promises no round of a connection that is paused, or that has no case of this conversation", () => {
    expect(nextDue(view(), now, [{ ...poller, paused: { kind: "fault", since: at(0), until: null, failure: null, held: 1 } }])).toBeNull();
    expect(nextDue(view(), now, [{ ...poller, name: "Salesforce" }])).toBeNull();
  });
});
