import type { TraceEntry, TraceView } from "../../generated";

type Rec = Record<string, unknown>;
export const rec = (value: unknown): Rec => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Rec) : {});
const str = (value: unknown) => (typeof value === "string" ? value : null);

export type Cross = "in" | "out" | "to_crm" | "from_crm" | "failed" | "parked" | "both" | "here";
export type Tone = "" | "ai" | "time" | "act" | "accent";
export type Kind = "messages" | "ai" | "plans" | "calls" | "webhooks" | "pulls" | "replies";

export type Step = {
  id: number; entry: TraceEntry; at: string; kind: Kind; cross: Cross; tone: Tone; problem: boolean;
  title: string; text: string; method: string | null; status: number | null; failure: string | null; took: string | null;
};

const EVENT_TITLES: Record<string, string> = {
  message: "Message in", attachment_added: "File", reasoning: "AI reasoning", tool_call: "AI tool", handed_off: "Handed off", taken_over: "Taken over", given_back: "Given back",
  assigned: "Assigned", field_values: "Field values", resolved: "Resolved", reopened: "Reopened", crm_message: "Written in the CRM", case_changed: "Case changed", agent_reply: "Reply out",
};
const STEP_TITLES: Record<string, string> = {
  plan: "Plan", settle: "Read back", retry: "Will try again", park: "Parked", wait_for_connection: "Waits for the connection", amend: "Amended", link: "Case decided", webhook: "Webhook", pull: "Pull", pull_failed: "Pull failed", reply: "Reply",
};

function eventStep(entry: TraceEntry): Omit<Step, "id"> {
  const event = rec(rec(entry.detail).event);
  const kind = str(event.kind) ?? "event";
  const from = str(event.from);
  const base = { entry, at: entry.at, problem: false, method: null, status: null, failure: null, took: null, text: entry.summary.replace(/^#\d+ /, "") };
  const said = kind === "message" || kind === "attachment_added";
  if (said && from === "ai") return { ...base, kind: "messages", cross: "out", tone: "ai", title: "AI answered" };
  if (said && from === "agent") return { ...base, kind: "messages", cross: "out", tone: "accent", title: "Person answered" };
  if (said) return { ...base, kind: "messages", cross: "in", tone: "", title: EVENT_TITLES[kind] ?? kind };
  if (kind === "agent_reply") return { ...base, kind: "replies", cross: "out", tone: "accent", title: "Reply out" };
  if (kind === "crm_message") return { ...base, kind: "replies", cross: "from_crm", tone: "accent", title: "Written in the CRM" };
  if (kind === "case_changed") return { ...base, kind: "pulls", cross: "from_crm", tone: "", title: "Case changed" };
  const ai = kind === "reasoning" || kind === "tool_call";
  return { ...base, kind: ai ? "ai" : "messages", cross: "here", tone: ai ? "ai" : kind === "handed_off" ? "act" : "", title: EVENT_TITLES[kind] ?? kind.replaceAll("_", " ") };
}

function callStep(entry: TraceEntry): Omit<Step, "id"> {
  const call = rec(entry.detail);
  const status = typeof call.status === "number" ? call.status : null;
  const failure = str(call.failure);
  const failed = failure !== null || status === null;
  const refused = failed && status !== null && status >= 400 && status < 500 && status !== 408 && status !== 429;
  const ms = typeof call.took_us === "number" ? call.took_us / 1000 : null;
  return {
    entry, at: entry.at, kind: "calls", cross: failed ? "failed" : "to_crm", tone: failed ? (refused ? "act" : "time") : "", problem: failed, title: "Call", text: str(call.path) ?? entry.summary,
    method: str(call.method), status, failure, took: ms === null ? null : ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms)} ms`,
  };
}

function toStep(entry: TraceEntry): Omit<Step, "id"> {
  const base = { entry, at: entry.at, method: null, status: null, failure: null, took: null, text: entry.summary, title: STEP_TITLES[entry.what] ?? entry.what.replaceAll("_", " ") };
  switch (entry.what) {
    case "event": return eventStep(entry);
    case "call": return callStep(entry);
    case "webhook": return { ...base, kind: "webhooks", cross: "from_crm", tone: "", problem: false };
    case "pull": return { ...base, kind: "pulls", cross: "both", tone: "", problem: false };
    case "pull_failed": return { ...base, kind: "pulls", cross: "failed", tone: "time", problem: true };
    case "park": return { ...base, kind: "plans", cross: "parked", tone: "act", problem: true };
    case "another_engine": return { ...base, kind: "plans", cross: "parked", tone: "act", problem: true };
    case "retry": case "wait_for_connection": return { ...base, kind: "plans", cross: "here", tone: "time", problem: true };
    case "reply": {
      const held = /is held|nobody takes/.test(entry.summary);
      return { ...base, kind: "replies", cross: "out", tone: held ? "act" : "accent", problem: held, text: entry.summary.replace(/^\S+ /, "") };
    }
    default: return { ...base, kind: "plans", cross: "here", tone: "", problem: false };
  }
}

export const toSteps = (view: TraceView): Step[] => view.timeline.map((entry, id) => ({ ...toStep(entry), id }));

const last = (steps: Step[], fits: (step: Step) => boolean) => [...steps].reverse().find(fits)?.id ?? null;

/** The step that proves an answer, as far as one does. */
export function proofOf(question: string, steps: Step[]): number | null {
  const asked = question.toLowerCase();
  if (asked.includes("stuck")) return last(steps, (step) => step.entry.what === "park") ?? last(steps, (step) => step.problem);
  if (asked.includes("repl")) return last(steps, (step) => step.kind === "replies");
  if (asked.includes("field")) return last(steps, (step) => step.title === "Field values") ?? last(steps, (step) => step.entry.what === "plan");
  if (asked.includes("message")) return last(steps, (step) => step.entry.what === "settle");
  return steps.find((step) => step.kind === "calls" && step.status === 201)?.id ?? steps.find((step) => step.entry.what === "plan")?.id ?? null;
}

export function pretty(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value, null, 2) ?? "";
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}

export function asText(view: TraceView, steps: Step[], outages: string[] = []): string {
  const head = view.explanation.flatMap(({ connection, answers }) => [connection, ...answers.map((answer) => `  ${answer.good ? "+" : "!"} ${answer.question} ${answer.sentence}`)]);
  const lines = steps.map((step) => `${step.at}  ${(step.entry.connection ?? "").padEnd(12)} ${step.entry.what.padEnd(8)} ${step.entry.summary}`);
  return [...head, "", ...outages, ...(outages.length ? [""] : []), ...lines].join("\n");
}
