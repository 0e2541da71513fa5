import type { Deliveries, LaneGroup } from "../../generated";
import type { SpanKind } from "../../shared/Span";

export type Section = "parked" | "failing" | "waiting";
export const SECTIONS: [Section, string, string][] = [
  ["parked", "Parked", "waits for a person"],
  ["failing", "Failing", "tried again by itself; behind a stopped connection, once that goes on"],
  ["waiting", "Waiting", "its turn comes by itself"],
];

export function sectionOf(state: string): Section {
  if (state === "parked") return "parked";
  return state === "retrying" || state === "failing" || state === "paused" ? "failing" : "waiting";
}

export function glyphOf(state: string): SpanKind {
  const known: Record<string, SpanKind> = { parked: "parked", retrying: "retrying", failing: "retrying", paused: "breaker", waiting: "waiting", syncing: "syncing", no_case: "none" };
  return known[state] ?? "waiting";
}

export const toneOf = (section: Section) => (section === "parked" ? "c-act" : section === "failing" ? "c-time" : "t3");

/** What a retry of a group touches. Lanes past the first fifty are not listed, so all that is stuck there is retried then. */
export function retryScope(group: LaneGroup, all: Deliveries): { whole: boolean; count: number; conversations: number } {
  const listed = group.lanes.length >= group.count;
  if (listed) return { whole: false, count: group.count, conversations: new Set(group.lanes.map((lane) => lane.session)).size };
  const parked = group.state === "parked";
  const count = all.groups.filter((one) => one.connection === group.connection && (one.state === "parked") === parked).reduce((sum, one) => sum + one.count, 0);
  return { whole: true, count, conversations: count };
}
