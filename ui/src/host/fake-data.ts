import type { AnalysisView, CaseChip, ConnectionView, EventView, Holder, ReplyView, SessionRow, SyncState } from "../generated";

const NOW = Date.now();
const MIN = 60_000;
export const minutesAgo = (minutes: number) => new Date(NOW - minutes * MIN).toISOString();

const AI: Holder = { kind: "ai" };
const NOBODY: Holder = { kind: "nobody" };
const ME: Holder = { kind: "person", name: "Mira Kovač", me: true };
const DANIEL: Holder = { kind: "person", name: "Daniel Reyes", me: false };
const sync = (state: SyncState["state"], detail: string | null = null, at: string | null = null, tries: number | null = null): SyncState => ({ state, detail, at, tries });
const OK = sync("synced");

function chip(number: string, state: CaseChip["state"] = "open"): CaseChip {
  const creatio = number.startsWith("SR");
  return {
    connection: creatio ? "con_creatio" : "con_salesforce", connection_name: creatio ? "Creatio" : "Salesforce", crm_id: `6b1f02aa-91c4-5d7e-8a30-${number.slice(-6).padStart(12, "0")}`, number, state,
    url: creatio ? `https://northwind-crm.example/0/Shell/#Card/Cases_FormPage/edit/${number}` : `https://northwind.example/lightning/r/Case/${number}/view`, period: 1, merged_into: null,
  };
}

type Short = [name: string | null, channel: string, address: string | null, text: string, from: SessionRow["last_from"], minutes: number, holder: Holder, kase: CaseChip | null, sync: SyncState, more?: Partial<SessionRow>];

const SHORT: Short[] = [
  ["Lucía Fernández-Oyarzábal de la Torre", "whatsapp", "+34 612 904 418", "Perfecto, gracias. ¿Cuánto tarda el reembolso? Mi marido te escribe en hebreo", "customer", 2, ME, chip("SR00010482"), sync("parked", "The card statement is not in the case: a right is missing.", null, 1), { verified: true, held_replies: 1, topic: "Duplicate charge", message_count: 14 }],
  ["Chidi Okonkwo", "email", "chidi.okonkwo@example.com", "Re: Re: Fwd: Invoice 2026-11-0417 does not match the purchase order we sent on Monday", "customer", 5, NOBODY, chip("SR00010479"), sync("retrying", "Creatio answered 503", new Date(NOW + 40_000).toISOString(), 3)],
  ["ליאור בן־דוד", "web", null, "שלום, ההזמנה שלי עדיין לא הגיעה ואני כבר שבוע מחכה", "customer", 7, NOBODY, chip("SR00010477"), OK],
  ["+44 7700 900318", "sms", "+44 7700 900318", "STOP? no i mean stop the subscription not the texts", "customer", 8, AI, chip("SR00010481"), sync("syncing", "2 of 3")],
  ["Priya Raghunathan", "web", "priya.r@example.com", "Can I move my seat to row 12 without paying again?", "customer", 10, AI, chip("00001873"), sync("paused", "Salesforce is not being called: its daily request limit is used up.")],
  ["Visitor 8f21", "web", null, "do you fly to Tromsø in february", "customer", 13, AI, null, sync("no_case", "opens at handoff")],
  ["Tomasz Wiśniewski", "email", "t.wisniewski@example.com", "I have attached the corrected itinerary, please check the second page", "agent", 26, ME, chip("SR00010466"), OK],
  ["Jean-Baptiste Grenouille-Lefebvre", "whatsapp", "+33 6 12 34 56 78", "Voice message, 0:47. No transcript: the audio could not be read", "customer", 43, NOBODY, chip("SR00010461"), sync("waiting", "quiet hours", new Date(NOW + 6 * 3_600_000).toISOString())],
  ["Mallory <script>alert(1)</script>", "web", "mallory@example.com", "<img src=x onerror=alert(document.domain)> [click](javascript:alert(1))", "customer", 47, NOBODY, chip("SR00010458"), OK],
  ["Ayşe Yılmaz", "email", "ayse@example.com", "Thank you, that solved it. Wishing you a good weekend", "customer", 114, AI, chip("SR00010433", "closed"), OK, { status: "resolved" }],
  ["Dr. Margarethe von Hohenlohe-Langenburg", "email", "m.hohenlohe@example.com", "As discussed on the phone, kindly find enclosed", "customer", 2_900, ME, chip("00001791", "gone"), sync("parked", "Case 00001791 was deleted in Salesforce. 2 messages have nowhere to go."), { status: "resolved" }],
  ["Oluwaseun Adébáyò", "whatsapp", "+234 803 555 0199", "👍", "customer", 4_400, AI, chip("SR00010377", "closed"), OK, { status: "resolved" }],
  ["Siobhán Ní Dhomhnaill", "email", "siobhan@example.com", "Where can I download the receipt for my March booking?", "customer", 15, AI, chip("SR00010480"), OK],
  ["Νίκος Παπαδόπουλος", "web", null, "Μπορώ να αλλάξω την πτήση μου για την Παρασκευή;", "customer", 17, AI, chip("SR00010478"), OK],
  ["فاطمة الزهراء الإدريسي", "whatsapp", "+212 6 61 23 45 67", "هل يمكنني إضافة حقيبة أخرى إلى الحجز؟", "customer", 19, AI, chip("SR00010476"), sync("retrying", "Creatio answered 503", new Date(NOW + 12_000).toISOString(), 2)],
  ["Hana Novotná", "email", "hana.novotna@example.com", "The seat map shows row 14 twice", "customer", 61, DANIEL, chip("SR00010470"), sync("skipped_items", "1 file left out: larger than 10 MB")],
  ["Kenji Watanabe", "web", "kenji@example.com", "予約番号を忘れてしまいました。教えていただけますか?", "customer", 75, AI, chip("SR00010455"), OK],
  ["Marta Kowalczyk", "sms", "+48 601 555 017", "Boarding pass arrived, thanks", "customer", 92, AI, chip("SR00010449"), OK],
];

const FIRST = ["Ana", "Bruno", "Clara", "Dmitri", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Katya", "Leo", "Mei", "Noor"];
const LAST = ["Almeida", "Baptiste", "Castillo", "Dvořák", "Eriksen", "Farouk", "Grimaldi", "Horvat", "Iwu", "Jansen", "Kovalenko", "Lindqvist", "Moretti", "Nkemelu"];
for (let i = 0; i < 14; i += 1) {
  SHORT.push([`${FIRST[i]} ${LAST[(i * 5 + 3) % 14]}`, ["web", "email", "whatsapp", "sms"][i % 4] ?? "web", `${FIRST[i]?.toLowerCase()}@example.com`, ["Is my refund on its way?", "I cannot sign in with the code you sent", "Two of the three bags arrived", "Can the name on the ticket be changed?"][i % 4] ?? "", "customer", 130 + i * 55, i % 3 ? AI : NOBODY, chip(`SR000103${40 - i}`, i % 5 ? "open" : "closed"), OK, i % 5 ? {} : { status: "resolved", holder: AI }]);
}

export function sessionRows(): SessionRow[] {
  return SHORT.map(([contact_name, channel, contact_address, last_text, last_from, minutes, holder, kase, state, more], i) => ({
    id: `ses_${String(7_0482 - i)}`, source: "support", external_id: `${channel.slice(0, 2)}_7f3e${(i * 7919 + 4096).toString(16)}c19`, channel, contact_name, contact_address,
    verified: i % 3 === 0, topic: null, status: "open", holder, last_text, last_from, last_at: minutesAgo(minutes), message_count: 3 + i, case: kase, sync: state, held_replies: 0, ...more,
  }));
}

let seq = 0;
export function event(kind: string, minutes: number, body: Record<string, unknown>): EventView {
  seq += 1;
  return { seq, id: `evt_${seq}`, kind, at: minutesAgo(minutes), recorded_at: minutesAgo(minutes), echo_of: null, body };
}

export function luciaEvents(): EventView[] {
  return [
    event("message", 12, { from: "customer", author: "Lucía", text: "Hi, I changed flight RK7-44QD yesterday and you charged my card twice: 214.60 € at 09:12 and again at 09:13. I fly on Monday the 23rd and need the money back before that." }),
    event("attachment_added", 12, { from: "customer", attachment: { name: "extracto-tarjeta-noviembre.pdf", size: 1_887_436, media_type: "application/pdf" } }),
    event("case_changed", 11.9, { connection: "con_creatio", case: "SR00010482", changes: [{ what: "status", from: null, to: "New" }] }),
    event("reasoning", 11.6, { text: "Two captures of the same amount, 61 seconds apart, one booking change: the second is a duplicate. Refund is above my limit, so a person must approve it." }),
    event("tool_call", 11.5, { name: "find_payments", arguments: { ref: "RK7-44QD" }, results: { found: 2, took_ms: 410 } }),
    event("tool_call", 11.4, { name: "refund", arguments: { payment: "p_8841", amount: 214.6 }, results: { error: "Refused: over 200 €" } }),
    event("message", 11.3, { from: "ai", author: "Assistant", text: "I can see both charges on RK7-44QD and the second one is a duplicate. A refund of this size needs a colleague, so I am bringing one in now. You will not need to repeat anything." }),
    event("handed_off", 11.2, { reason: "refund over the AI's limit", summary: "Charged twice (2 × 214.60 €) for the change to booking RK7-44QD. Duplicate confirmed. Wants the refund before flying on 23 November.", language: "English, Spanish", sentiment: "Frustrated" }),
    event("field_values", 11, { values: { Priority: "High", "Booking reference": "RK7-44QD", "Travel date": "23 Nov 2026", "Refund amount": "214.60 €", "Product area": null } }),
    event("taken_over", 9, { by: "Mira Kovač" }),
    event("case_changed", 6, { connection: "con_creatio", case: "SR00010482", changes: [{ what: "status", from: "New", to: "In progress" }, { what: "owner", from: null, to: "Daniel Reyes" }] }),
    event("crm_message", 3, { from: "agent", author: "Daniel Reyes", text: "I have approved the refund of 214.60 €. It is on its way to the card ending 4471.", connection: "con_creatio", case: "SR00010482", record: "act_1", reply_id: "rep_1", sent_by_crm: false }),
    event("message", 2, { from: "customer", author: "Lucía", text: "Perfecto, gracias. ¿Cuánto tarda el reembolso? Mi marido te escribe en hebreo:\nתודה רבה על העזרה. האם נקבל אישור במייל (RK7-44QD)?" }),
  ];
}

/** What the analyst read in the newest handoff. */
export function analysisOf(events: EventView[]): AnalysisView | null {
  const handoff = events.findLast((one) => one.kind === "handed_off");
  if (!handoff) return null;
  return {
    handoff: handoff.seq, at: handoff.at, by: "built_in", model: null, language: "en", sentiment: "negative", topic: "Refund",
    summary: "The customer was charged twice and asks for the money back before Monday.",
  };
}

export function usualEvents(row: SessionRow): EventView[] {
  const at = (Date.now() - Date.parse(row.last_at)) / MIN;
  const list = [
    event("message", at + 6, { from: "customer", author: row.contact_name, text: "Hello, is somebody there?" }),
    event("message", at + 5, { from: "ai", author: "Assistant", text: "Yes. What can I do for you?" }),
  ];
  if (row.holder.kind !== "ai") list.push(event("handed_off", at + 3, { reason: "the customer asked for a person", summary: row.last_text, language: null, sentiment: null }));
  if (row.holder.kind === "person") list.push(event("taken_over", at + 2, { by: row.holder.name }));
  list.push(event(row.last_from === "agent" ? "agent_reply" : "message", at, row.last_from === "agent" ? { text: row.last_text, author: "Mira Kovač", reply_id: "rep_9" } : { from: row.last_from, author: row.contact_name, text: row.last_text }));
  if (row.status === "resolved") list.push(event("resolved", at - 1, { by: "Mira Kovač", via: "console" }));
  return list;
}

export function replies(): ReplyView[] {
  const base = { connection: "con_creatio", connection_name: "Creatio", session: "ses_70482", case: "SR00010482", author: "Daniel Reyes", tries: 1, alerted_at: null };
  return [
    { ...base, id: "rep_1", state: "taken", reason: null, said_at: minutesAgo(3), at: minutesAgo(3), text: "I have approved the refund of 214.60 €.", taken_at: minutesAgo(2.9) },
    { ...base, id: "rep_2", state: "held", reason: "It is an internal feed post, so it was not sent to Lucía.", said_at: minutesAgo(1), at: minutesAgo(1), text: "Check the statement before Friday, she flies on the 23rd.", taken_at: null },
  ];
}

export function connections(): ConnectionView[] {
  return [
    { id: "con_creatio", name: "Creatio", kind: "creatio", instance: "https://northwind-crm.example", mode: "every", paused: null, last_success_at: new Date(NOW - 4_000).toISOString(), last_webhook_at: minutesAgo(2), polls_every_s: 60, last_poll_at: minutesAgo(0.4), last_poll_failure: null, calls_today: 6_214, polls_today: 1_440, failed_today: 3, calls_per_day: 10_000, token_until: new Date(NOW + 41 * MIN).toISOString(), lanes: { all: 1_240, due: 3, leased: 1, failing: 2, parked: 5 }, settings: { url: "https://northwind-crm.example/", auth: { kind: "client_credentials", client_id: "3F7A09C1D2E84B5F9A6610C7E2B4D851" }, group: "33333333-0000-4000-8000-000000000001", calls_per_day: 10_000, contact_policy: { kind: "leave_empty" }, replies: { emails: "recorded", portal: true } } },
    { id: "con_salesforce", name: "Salesforce", kind: "salesforce", instance: "salesforce:00D000000000001EAA", mode: "handoff", paused: { kind: "fault", since: minutesAgo(31), until: new Date(NOW + 19 * MIN).toISOString(), failure: { message: "REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded.", hint: "Its daily request limit is used up." }, held: 31 }, access: { state: "connected", user: "integration@northwind.example @ northwind.my.salesforce.com", failure: null }, last_success_at: minutesAgo(31), last_webhook_at: null, polls_every_s: 60, last_poll_at: minutesAgo(31), last_poll_failure: "REQUEST_LIMIT_EXCEEDED", calls_today: 15_000, polls_today: 1_440, failed_today: 31, calls_per_day: null, token_until: null, lanes: { all: 44, due: 0, leased: 0, failing: 31, parked: 2 }, settings: { login_url: "https://northwind.my.salesforce.com/", client_id: "3MVG9NorthwindCasebridge", confidential: false, org: "00D000000000001EAA", case_from: { field: "Case_From__c", value: "opencx" } } },
  ];
}
