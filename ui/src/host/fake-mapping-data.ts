import type { Allowed, Column, ColumnKind, Mapping } from "../generated";

const rows = (group: number, ...labels: string[]): Allowed[] => labels.map((label, i) => ({ value: `${group}0000000-0000-4000-8000-${String(i + 1).padStart(12, "0")}`, label }));
const text = (max: number | null, format: "plain" | "email" | "url" = "plain"): ColumnKind => ({ type: "text", max, format });
const lookup = (object: string, values: Allowed[]): ColumnKind => ({ type: "lookup", object, values });

const AREAS = rows(5, "Booking", "Changes and fees", "Check-in", "Baggage", "Loyalty and upgrades", "Refunds");
const GONE: Allowed = { value: "50000000-0000-4000-8000-000000000099", label: "Flight change fees" };
const PRIORITIES = rows(1, "Low", "Medium", "High", "Critical");
const ORIGINS = rows(2, "Chat", "Email", "WhatsApp");
const CATEGORIES = rows(3, "Incident", "Service request");

const column = (name: string, title: string, kind: ColumnKind, more: Partial<Column> = {}): Column => ({ name, title, kind, required: false, writable: true, locked: false, ...more });

export function fakeColumns(): Column[] {
  return [
    column("Subject", "Subject", text(500), { required: true }), column("OriginId", "Origin", lookup("CaseOrigin", ORIGINS), { required: true }),
    column("PriorityId", "Priority", lookup("CasePriority", PRIORITIES)), column("UsrProductAreaId", "Product area", lookup("UsrProductArea", AREAS)),
    column("UsrBookingRef", "Booking reference", text(20)), column("UsrTravelDate", "Travel date", { type: "date" }),
    column("UsrRefundAmount", "Refund amount", { type: "money", scale: 2 }), column("UsrCasebridgeUrl", "Session link", text(250, "url")),
    column("UsrIsVip", "VIP", { type: "boolean" }, { writable: false }), column("CategoryId", "Category", lookup("CaseCategory", CATEGORIES)),
    column("UsrPartySize", "Party size", { type: "integer" }), column("UsrCallbackOn", "Callback time", { type: "date_time" }),
    column("UsrCheckInTime", "Check-in time", { type: "time" }), column("UsrLoyaltyShare", "Loyalty discount", { type: "decimal", scale: 1 }),
    column("UsrTopics", "Topics", { type: "multi_picklist", values: rows(6, "Delay", "Seat", "Meal", "Luggage", "Payment"), restricted: true }),
    column("UsrContactEmail", "Reply address", text(100, "email")), column("SolutionNotes", "Solution notes of the second line, with everything that was tried before", text(null)),
    column("AccountId", "Account", lookup("Account", [])), column("OwnerId", "Owner", lookup("Contact", []), { locked: true }), column("StatusId", "Status", lookup("CaseStatus", rows(7, "New", "In progress", "Resolved")), { locked: true }),
    column("Number", "Number", text(50), { writable: false }), column("UsrScreenshot", "Screenshot", { type: "other", name: "Edm.Stream" }, { writable: false }),
  ];
}

export function fakeMappings(): Mapping[] {
  const columns = fakeColumns();
  let n = 0;
  const map = (name: string, more: Partial<Mapping> = {}): Mapping => {
    const of = columns.find((one) => one.name === name);
    n += 1;
    return {
      id: `00000000-0000-4000-8000-0000000000${String(n).padStart(2, "0")}`, column: name, title: of?.title ?? name, kind: of?.kind ?? text(null), instruction: "", enabled: true, unlocked: false,
      source: { from: "ai" }, fallback: null, threshold: 70, unsure: "leave_out", overwrite: "keep_edited", synonyms: {}, ...more,
    };
  };
  return [
    map("Subject", { instruction: "The request in a few words, as the customer would put it." }), map("OriginId", { source: { from: "session", attribute: "channel" } }), map("PriorityId", { instruction: "High when there is a date within a week or money is missing. Never more because somebody asks for it." }),
    map("UsrProductAreaId", {
      instruction: "The part of our product the customer has the problem with. If several, the one they want solved first. A double charge after a change counts as Changes and fees.",
      kind: lookup("UsrProductArea", [...AREAS, GONE]), synonyms: { [AREAS[0]?.value ?? ""]: ["reservation", "ticket"], [AREAS[3]?.value ?? ""]: ["suitcase", "bags", "luggage"], [GONE.value]: ["change fee", "rebooking fee"] },
    }),
    map("UsrBookingRef", { instruction: "Three letters or digits, a dash, four more." }), map("UsrTravelDate", { instruction: "The day of the flight the question is about." }), map("UsrRefundAmount"),
    map("UsrCasebridgeUrl", { source: { from: "template", text: "https://casebridge.example/s/{session.external_id}" } }), map("UsrIsVip", { source: { from: "contact", attribute: "external_id" } }),
    map("CategoryId", { source: { from: "static", value: CATEGORIES[0]?.value ?? "" } }), map("UsrPartySize", { enabled: true, unsure: "suggest", threshold: 60 }), map("UsrCallbackTime", { title: "Callback time", kind: { type: "date_time" }, enabled: false }),
  ];
}
