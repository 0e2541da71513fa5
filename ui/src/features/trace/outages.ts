import type { ConnectionHealth, TraceView } from "../../generated";
import { inTime, span } from "../../shared/time";
import type { Step } from "./steps";

/** A stretch in which a CRM did not answer as it should, from the first failure to the first good answer. */
export type Outage = {
  id: number; connection: string; from: number; to: number;
  /** Its own steps: failed calls and what was planned because of them. Folded, only these are hidden. */
  own: Set<number>;
  /** One for each try; the last is good where it recovered. */
  tries: boolean[];
  recovered: boolean; parked: boolean; lasted: number;
};

const waits = (step: Step) => ["retry", "wait_for_connection", "pull_failed"].includes(step.entry.what);
const failed = (step: Step) => step.kind === "calls" && step.problem && step.tone === "time";

/** Outages of each connection, in order. One failure that the next call mends is none. */
export function outagesOf(steps: Step[]): Outage[] {
  const open = new Map<string, Outage>();
  const found: Outage[] = [];
  for (const step of steps) {
    const connection = step.entry.connection;
    if (!connection) continue;
    const now = open.get(connection);
    if (failed(step) || (waits(step) && (now !== undefined || step.entry.what !== "pull_failed"))) {
      const outage = now ?? { id: 0, connection, from: step.id, to: step.id, own: new Set<number>(), tries: [], recovered: false, parked: false, lasted: 0 };
      outage.to = step.id;
      outage.own.add(step.id);
      if (failed(step)) outage.tries.push(false);
      if (!now) open.set(connection, outage);
    } else if (now && (step.entry.what === "park" || (step.kind === "calls" && !step.problem))) {
      now.recovered = step.entry.what !== "park";
      now.parked = !now.recovered;
      now.to = step.id;
      if (now.recovered) now.tries.push(true);
      open.delete(connection);
      found.push(now);
    }
  }
  const all = [...found, ...open.values()].filter((outage) => outage.tries.filter((good) => !good).length > 1).sort((a, b) => a.from - b.from);
  return all.map((outage, i) => ({ ...outage, id: -(i + 1), lasted: Date.parse(steps[outage.to]?.at ?? "") - Date.parse(steps[outage.from]?.at ?? "") }));
}

export function outageWords({ connection, recovered, parked, lasted }: Outage): string {
  const time = span(lasted);
  if (recovered) return `${connection} did not answer for ${time}, then recovered.`;
  return parked ? `${connection} did not answer for ${time}, then it was parked.` : `${connection} has not answered for ${time}.`;
}

export type Row = { type: "band"; outage: Outage; open: boolean } | { type: "step"; step: Step; slow: boolean };

/** What the timeline shows: the head of an outage stands where it began; what else happened inside stays in its place. */
export function rowsOf(shown: Step[], outages: Outage[], folded: ReadonlySet<number>): Row[] {
  const rows: Row[] = [];
  const headed = new Set<number>();
  for (const step of shown) {
    const inside = outages.filter((outage) => step.id >= outage.from && step.id <= outage.to);
    for (const outage of inside) {
      if (headed.has(outage.id)) continue;
      headed.add(outage.id);
      rows.push({ type: "band", outage, open: !folded.has(outage.id) });
    }
    if (inside.some((outage) => folded.has(outage.id) && outage.own.has(step.id))) continue;
    rows.push({ type: "step", step, slow: inside.length > 0 });
  }
  return rows;
}

type Due = { at: string; title: string; text: string };
export type Poller = Pick<ConnectionHealth, "name" | "paused" | "last_poll_at" | "polls_every_s">;

/** What is due next: a lane's pass, or the poller's round where a case is looked at and that comes first. Null when nothing is. */
export function nextDue(view: TraceView, now: number, pollers: Poller[] = []): Due | null {
  const lane = view.lanes
    .filter((one) => one.due_at !== null && ["retrying", "waiting", "paused"].includes(one.state))
    .sort((a, b) => (a.due_at ?? "").localeCompare(b.due_at ?? ""))[0];
  const open = new Set(view.cases.filter((one) => one.state === "open" || one.state === "closed").map((one) => one.connection));
  const look = pollers
    .flatMap((one) => (open.has(one.name) && !one.paused && one.last_poll_at ? [{ name: one.name, every: one.polls_every_s, at: Date.parse(one.last_poll_at) + one.polls_every_s * 1_000 }] : []))
    .sort((a, b) => a.at - b.at)[0];
  if (look && !(lane?.due_at && Date.parse(lane.due_at) <= look.at)) {
    return { at: inTime(new Date(Math.max(look.at, now)).toISOString(), now), title: "Next look", text: `${look.name}: the poller asks what changed there, every ${look.every} s` };
  }
  if (!lane?.due_at) return null;
  const title = lane.state === "retrying" ? "Next try" : lane.state === "paused" ? "Goes on with the connection" : "Next pass";
  return { at: inTime(lane.due_at, now), title, text: `${lane.connection}${lane.reason ? `, ${lane.reason}` : ""}` };
}
