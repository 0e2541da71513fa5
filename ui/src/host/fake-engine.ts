import type { CaseEffect, ConnectionView, Deliveries, Doctor, EventView, Finding, LaneGroup, LaneView, RefusedField, SessionRow, TraceEntry, TraceView } from "../generated";
import type { Input } from "./commands";
import { CallError } from "./types";

const later = (at: string, ms: number) => new Date(Date.parse(at) + ms).toISOString();

export function lane(row: SessionRow): LaneView {
  return { session: row.id, consumer: `connection:${row.case?.connection ?? ""}`, connection: row.case?.connection_name ?? "Creatio", written_seq: 3, considered_seq: 4, dirty_seq: 5, due_at: row.sync.at, reason: row.sync.detail, state: row.sync.state, detail: {}, contact_name: row.contact_name, case_number: row.case?.number ?? null };
}

export function trace(row: SessionRow, events: EventView[]): TraceView {
  const parked = row.sync.state === "parked";
  const entry = (at: string, what: string, summary: string, detail: unknown, connection: string | null = "Creatio"): TraceEntry => ({ at, what, connection, summary, detail });
  const call = (at: string, method: string, path: string, status: number | null, took: number, failure: string | null = null, request: unknown = null, answer: unknown = null) =>
    entry(at, "call", `${method} ${path} → ${status ?? "no answer"} in ${took} ms${failure ? ` – ${failure}` : ""}`, { method, path, status, took_us: took * 1000, failure, request, answer });
  const first = events[0]?.at ?? row.last_at;
  const timeline: TraceEntry[] = events.map((one) => {
    const text = String(one.body.text ?? one.body.reason ?? one.body.name ?? one.kind.replaceAll("_", " "));
    return entry(one.at, "event", `#${one.seq} ${one.kind === "message" || one.kind === "crm_message" ? `${String(one.body.author ?? one.body.from)}: ` : ""}${text.slice(0, 100)}`, { seq: one.seq, id: one.id, event: { kind: one.kind, ...one.body } }, null);
  });
  if (row.case) {
    timeline.push(
      entry(later(first, 9), "plan", "make a case: this connection opens one at the first message: 2 records, events 1 to 1", { why: "make a case: this connection opens one at the first message", effects: ["case", "activity"], from: 1, through: 1 }),
      call(later(first, 18), "POST", "/0/odata/Case", 503, 212, "service unavailable"),
      entry(later(first, 19), "retry", "Creatio answered 503 (try 1, next at 2 s)", { failure: "Creatio answered 503", tries: 1, next: later(first, 2_000) }),
      call(later(first, 2_230), "POST", "/0/odata/Case", null, 5_000, "timed out"),
      call(later(first, 9_400), "GET", "/0/odata/Case(6b1f02aa)", 404, 96, null),
      call(later(first, 9_600), "POST", "/0/odata/Case", 201, 341, null, { Id: row.case.crm_id, Subject: "Charged twice for the change to booking RK7-44QD", ContactId: "c0a4…" }, { Id: row.case.crm_id, Number: row.case.number }),
      call(later(first, 9_950), "POST", "/0/odata/$batch", 200, 604, null, { requests: 5 }, { responses: [201, 201, 201, 201, 200] }),
      entry(later(first, 10_600), "settle", `read back: 5 of 5 stand, case ${row.case.number}`, { stand: 5, asked: 5, case: row.case.number }),
    );
    if (parked) {
      timeline.push(
        call(later(first, 11_000), "POST", "/0/odata/CaseFile", 403, 120, "Current user does not have permissions for the \"CaseFile\" object", { Id: "c0a4e1d2-58f7-5b0e-9d11-7be3a90c4f26", CaseId: row.case.crm_id, Name: "extracto-tarjeta-noviembre.pdf", Size: 1887436 }, { error: { code: "", message: "Current user does not have permissions for the \"CaseFile\" object" } }),
        entry(later(first, 11_001), "park", "Creatio refused the file: a right is missing (Give user “Casebridge” the right Add on Case attachment, then retry)", { failure: "Creatio refused the file: a right is missing.", remedy: "Give user “Casebridge” the right Add on Case attachment, then retry" }),
      );
    }
    const last = events.at(-1)?.at ?? first;
    timeline.push(
      entry(later(last, -60_000), "webhook", `the CRM says new_activity of case ${row.case.number}: pulled`, { event_type: "new_activity", case: row.case.number, outcome: "pulled" }),
      entry(later(last, -59_940), "pull", "looked at the case (webhook): 2 records, 1 of them ours; feed act_1: reply (an agent wrote to the customer)", { why: "webhook", records: 2, ours: 1 }),
      entry(later(last, -58_000), "reply", "rep_1 was taken by the carrier", { id: "rep_1", state: "taken" }),
    );
  }
  timeline.sort((a, b) => a.at.localeCompare(b.at));
  const number = row.case?.number ?? null;
  return {
    session: { id: row.id, external_id: row.external_id, channel: row.channel, contact: row.contact_name },
    cases: row.case ? [{ connection: row.case.connection_name, crm_id: row.case.crm_id, number, state: row.case.state }] : [],
    explanation: [{ connection: row.case?.connection_name ?? "Creatio", answers: [
      { question: "Is there a case?", good: true, sentence: number ? `Yes: case ${number} is open.` : "No: this connection opens one at handoff.", proof: number ? `Creatio ${row.case?.crm_id}` : "no lane", action: null },
      { question: "Are the messages there?", good: true, sentence: `Yes: all ${row.message_count} of this conversation's activities stand.`, proof: `${row.message_count} ledger rows stand`, action: null },
      { question: "Did the replies arrive?", good: row.held_replies === 0, sentence: row.held_replies ? "1 of 2 are held: it is an internal feed post." : "Nobody has answered on the case yet.", proof: "2 replies were decided", action: row.held_replies ? "Release or discard it" : null },
      { question: "Are the fields filled?", good: true, sentence: "No field is mapped on this connection; the session id is in the case's description.", proof: "the connection's settings", action: null },
      { question: "Is anything stuck?", good: !parked, sentence: parked ? (row.sync.detail ?? "Parked.") : "No: everything is written.", proof: "lane read", action: parked ? "Give user “Casebridge” the right Add on Case attachment, then retry" : null },
    ] }],
    lanes: row.case ? [lane(row)] : [], timeline,
  };
}

export function deliveries(rows: SessionRow[], connections: ConnectionView[]): Deliveries {
  const groups: LaneGroup[] = [];
  const add = (state: string, connection: string, reason: string, hint: string | null, hit: SessionRow[], count = hit.length) => {
    if (hit.length) groups.push({ state, reason, hint, connection, count, lanes: hit.map(lane) });
  };
  const by = (state: string, crm: string) => rows.filter((row) => row.sync.state === state && row.case?.connection_name === crm);
  add("parked", "Creatio", "Current user does not have permissions for the \"CaseFile\" object", "Give user “Casebridge” the right Add on Case attachment, then retry.", by("parked", "Creatio"));
  add("parked", "Salesforce", "ENTITY_IS_DELETED", "The case was deleted in Salesforce. Link another case, or leave it.", by("parked", "Salesforce"));
  add("paused", "Salesforce", "REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded.", "Goes out by itself when the limit is renewed.", by("paused", "Salesforce"), 31);
  add("retrying", "Creatio", "Creatio answered 503", "Tries again by itself. Nothing is written twice.", by("retrying", "Creatio"));
  add("waiting", "Creatio", "quiet hours", "Goes out at 08:00 their time.", by("waiting", "Creatio"));
  return { groups, connections, bounded: false };
}

/** What a CRM says no to under the newest version of the mappings. */
export function refusedFields(rows: SessionRow[]): RefusedField[] {
  const last = rows.find((row) => row.case?.connection_name === "Creatio");
  if (!last) return [];
  return [{
    connection: "Creatio", mapping: "00000000-0000-4000-8000-000000000007", column: "UsrRefundAmount", title: "Refund amount", values: 0, words: "Current user does not have permissions for the \"Case.UsrRefundAmount\" column",
    hint: "grant the connection's user the right to change this column, then read the columns again", since: later(last.last_at, -26 * 3_600_000), conversations: 14, bounded: false,
    last: { session: last.id, contact_name: last.contact_name, case_number: last.case?.number ?? null, at: last.last_at },
  }];
}

export function doctor(connections: ConnectionView[]): Doctor {
  return { good: false, findings: [
    { connection: null, what: "Store", grade: "good", detail: "32 sessions, 418 events, 12 MB; the last check found no fault.", action: null },
    { connection: null, what: "Clock", grade: "good", detail: "0.1 s from the CRM's clock.", action: null },
    { connection: null, what: "Public address", grade: "note", detail: "None is set: replies arrive by polling, every 60 s.", action: "Set a public address to get them within seconds." },
    ...connections.flatMap((one): Finding[] => one.paused
      ? [{ connection: one.name, what: "Calls", grade: "bad", detail: one.paused.failure?.message ?? "Not being called.", action: one.paused.failure?.hint ?? null }]
      : [{ connection: one.name, what: "Sign in", grade: "good", detail: "Token renews in 41 min.", action: null }, { connection: one.name, what: "Rights", grade: "bad", detail: "Case attachment: Add is missing.", action: "Give user “Casebridge” the right Add on Case attachment." }]),
  ] };
}

/** What a decision about a case would do, as the engine counts it. */
export function effectOf(row: SessionRow, to: Input<"case_preview">["to"]): CaseEffect {
  const connection = row.case?.connection_name ?? "Creatio";
  const from = row.case?.number ?? null;
  const base: CaseEffect = { act: "nothing", connection, from, number: from, status: null, owner: null, records: 0, others: 0, period: null, sentences: [] };
  const all = `${row.message_count} messages of this conversation are written to`;
  if (to.kind === "nothing") return { ...base, act: "unlink", sentences: [`Nothing is written to case ${from} any more, and nothing is taken from it.`, "No message goes to the customer."] };
  if (to.kind === "new") return { ...base, act: "create", number: null, records: row.message_count, period: 2, sentences: [`One case is made in ${connection}, and ${all} it.`, "A new period begins: number 2."] };
  if (to.kind === "survivor") return { ...base, act: "follow", number: "SR00010999", status: "In progress", owner: "Daniel Reyes", records: 1, sentences: ["1 message that is not there yet is written to case SR00010999."] };
  if (!/^SR\d+$|[0-9a-f]{8}-/.test(to.named)) throw new CallError("not_found", `There is no case in the CRM with number ${to.named}.`, "Check the number in the CRM.", null, 404);
  return { ...base, act: "link", number: to.named, status: "New", records: row.message_count, period: 2, sentences: [`${all} case ${to.named}.`, `What stands on case ${to.named} today is history: 0 of it go to the customer.`] };
}
