import type { EventView } from "../../generated";

type Body = Record<string, unknown>;
const str = (body: Body, name: string) => (typeof body[name] === "string" && body[name] !== "" ? (body[name] as string) : null);
const rec = (value: unknown): Body => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Body) : {});

export type Speaker = "customer" | "ai" | "agent";
export type Tool = { seq: number; call: string; outcome: string; refused: boolean; given: string; got: string };
export type Attachment = { name: string; size: number | null };

export type Item =
  | { type: "day"; key: string; at: string }
  | { type: "message"; key: string; at: string; from: Speaker; author: string | null; text: string; via: "here" | "crm" | "crm_mail"; connection: string | null; replyId: string | null; files: Attachment[]; echo: boolean }
  | { type: "thought"; key: string; at: string; until: string; texts: string[]; tools: Tool[] }
  | { type: "handoff"; key: string; seq: number; at: string; reason: string | null; summary: string | null; language: string | null; sentiment: string | null }
  | { type: "note"; key: string; at: string; kind: string; text: string };

const brief = (value: unknown): string => {
  const text = typeof value === "string" ? JSON.stringify(value) : JSON.stringify(value) ?? "";
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
};

const whole = (value: unknown) => (value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value, null, 2));

function tool(event: EventView): Tool {
  const given = Object.entries(rec(event.body.arguments)).map(([name, value]) => `${name}: ${brief(value)}`);
  const results = event.body.results;
  const error = str(rec(results), "error");
  const outcome = error ?? (typeof results === "string" ? results : Object.entries(rec(results)).map(([name, value]) => `${name.replaceAll("_", " ")} ${brief(value)}`).join(", "));
  return { seq: event.seq, call: `${str(event.body, "name") ?? "tool"}(${given.join(", ")})`, outcome: outcome.length > 160 ? `${outcome.slice(0, 159)}…` : outcome, refused: error !== null, given: whole(event.body.arguments), got: whole(results) };
}

const CHANGED: Record<string, string> = { status: "Status", owner: "Owner", priority: "Priority", state: "State" };

function note(event: EventView, connectionName: (id: string | null) => string, me: string): string | null {
  const { body } = event;
  const signed = str(body, "by");
  const by = signed !== null && signed === me ? "You" : signed;
  switch (event.kind) {
    case "taken_over": return `${by ?? "A person"} took over`;
    case "given_back": return `${by ?? "A person"} gave it back to the AI`;
    case "assigned": return `${by ? `${by} assigned` : "Assigned"} it to ${str(body, "to") ?? "a person"}`;
    case "resolved": return body.via ? `Resolved: the case was closed in ${connectionName(str(body, "via"))}` : `Resolved${by ? ` by ${by === "You" ? "you" : by}` : ""}`;
    case "reopened": return signed === "customer" ? "Reopened: the customer wrote again" : body.via ? `Reopened in ${connectionName(str(body, "via"))}` : `Reopened${by ? ` by ${by === "You" ? "you" : by}` : ""}`;
    case "field_values": return `${Object.keys(rec(body.values)).length} field values given`;
    case "case_changed": {
      const changes = Array.isArray(body.changes) ? body.changes.map(rec) : [];
      const said = changes.map((change) => {
        const what = str(change, "what") ?? "case";
        const to = str(change, "to") ?? "none";
        const from = str(change, "from");
        return `${CHANGED[what] ?? what} ${from ? `${from} → ${to}` : to}`;
      });
      return `${connectionName(str(body, "connection"))}: ${said.join(", ") || "the case was changed"}`;
    }
    default: return null;
  }
}

/** Events in order become what a reader sees: bubbles, folded thoughts, the handoff card and quiet separators. */
export function toItems(events: EventView[], connectionName: (id: string | null) => string, me = ""): Item[] {
  const items: Item[] = [];
  let day = "";
  for (const event of events) {
    const { body, at, kind } = event;
    const key = event.id;
    const date = new Date(at).toDateString();
    if (date !== day) items.push({ type: "day", key: `day ${date}`, at });
    day = date;
    const before = items.at(-1);
    if (kind === "message" || kind === "agent_reply" || kind === "crm_message") {
      const from = kind === "agent_reply" ? "agent" : ((str(body, "from") ?? "customer") as Speaker);
      const via = kind !== "crm_message" ? "here" : body.sent_by_crm === true ? "crm_mail" : "crm";
      items.push({ type: "message", key, at, from, author: str(body, "author"), text: str(body, "text") ?? "", via, connection: str(body, "connection"), replyId: str(body, "reply_id"), files: [], echo: event.echo_of !== null });
    } else if (kind === "attachment_added") {
      const file = rec(body.attachment ?? body);
      const one = { name: str(file, "name") ?? "file", size: typeof file.size === "number" ? file.size : null };
      const from = (str(body, "from") ?? "customer") as Speaker;
      if (before?.type === "message" && before.from === from) before.files.push(one);
      else items.push({ type: "message", key, at, from, author: null, text: "", via: "here", connection: null, replyId: null, files: [one], echo: false });
    } else if (kind === "reasoning" || kind === "tool_call") {
      let thought = before;
      if (thought?.type !== "thought") {
        thought = { type: "thought", key, at, until: at, texts: [], tools: [] };
        items.push(thought);
      }
      thought.until = at;
      if (kind === "reasoning") thought.texts.push(str(body, "text") ?? "");
      else thought.tools.push(tool(event));
    } else if (kind === "handed_off") {
      items.push({ type: "handoff", key, seq: event.seq, at, reason: str(body, "reason"), summary: str(body, "summary"), language: str(body, "language"), sentiment: str(body, "sentiment") });
    } else {
      const text = note(event, connectionName, me);
      if (text) items.push({ type: "note", key, at, kind, text });
    }
  }
  return items;
}

/** The newest values that were given for the fields of the case. */
export function fieldValues(events: EventView[]): [string, string | null][] {
  const found = new Map<string, string | null>();
  for (const event of events) {
    if (event.kind !== "field_values") continue;
    for (const [name, value] of Object.entries(rec(event.body.values))) {
      found.set(name, value === null || value === "" ? null : typeof value === "string" ? value : JSON.stringify(value));
    }
  }
  return [...found];
}

export const fileSize = (bytes: number) => (bytes < 1_000 ? `${bytes} B` : bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`);
