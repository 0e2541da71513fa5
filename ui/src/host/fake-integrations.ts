import type { Choice, ConnectionView, TestCheck, TestReport, WebhookView } from "../generated";
import type { Handlers } from "./fake";
import { salesforce } from "./fake-salesforce";
import { CallError } from "./types";

const yes = (what: string, detail = ""): TestCheck => {
  const [verb, object] = what.split(" ");
  const right = verb === "read" || verb === "create" || verb === "change" ? { verb, object: object ?? "" } : null;
  return { what, proof: "yes", detail, right } as TestCheck;
};
const GATES = [yes("Identity Service", "https://northwind-crm-is.example/connect/token"), yes("access token", "the Identity Service gave one"), yes("OData address", "/0/odata")];
const RIGHTS = [...["read Case", "read Activity", "read Contact", "read ContactCommunication", "read CaseStatus", "create Case", "create Activity"].map((what) => yes(what, "rows can be read")),
  { ...yes("change Case"), proof: "not_proven" as const, detail: "a change cannot be tried without changing something", hint: "the first resolved conversation proves it" }];
const good = (): TestReport => ({ good: true, report: { identity: null, checks: [...GATES, ...RIGHTS, yes("status of resolved cases", "Resolved")], failure: null } });
const stopped = (after: number, message: string, hint: string, status: number | null = null): TestReport => ({ good: false, report: { identity: null, checks: GATES.slice(0, after), failure: { class: "credentials", message, hint, status } } });

/** What Creatio would answer; the words of the secret and the address choose the cause. */
function test(settings: Record<string, unknown>, secret = ""): TestReport {
  const url = String(settings.url ?? "");
  if (url.includes("away")) return stopped(0, "Creatio did not answer: connection refused", "check the network and the instance's address");
  if (url.includes("shop")) return stopped(0, "shop.example answered, but it is not a Creatio", "paste the address you see after signing in to Creatio");
  if (secret.includes("wrong")) return stopped(1, "Creatio does not accept this client id and secret (invalid_client)", "copy the client secret again, or make a new one: Creatio shows it only once", 400);
  if (secret.includes("grant")) return stopped(1, "Creatio does not let this client sign in this way (unauthorized_client)", "change the grant type of the OAuth application in Creatio", 400);
  if (secret.includes("page")) return stopped(1, "wrong Identity Service address: a page or nothing came instead of a token", "enter the Identity Service's address", 200);
  if (secret.includes("rights")) return { good: false, report: { identity: null, checks: [...GATES, ...RIGHTS.map((check) => (check.what === "create Case" ? { ...check, proof: "missing" as const, detail: "Current user does not have permissions for the \"Case\" object", hint: "give the user the right Add on Case" } : check))], failure: null } };
  return good();
}

const row = (n: number, name: string, means?: Choice["means"]): Choice => ({ id: `33333333-0000-4000-8000-${String(n).padStart(12, "0")}`, name, ...(means ? { means } : {}) });
const CHOICES: Record<string, Choice[]> = {
  owner: [row(11, "Daniel Reyes"), row(12, "Mira Kovač")], group: [row(1, "Refunds, 2nd line"), row(2, "Support, 1st line")],
  status: [row(21, "New", "open"), row(22, "Reopened", "open"), row(23, "Waiting for response", "paused"), row(24, "Resolved", "resolved"), row(25, "Closed", "closed"), row(26, "Canceled", "closed")],
  activity_category: [row(31, "Conversation log"), row(32, "Reply to customer"), { id: "f51c4643-58e6-df11-971b-001d60e938c6", name: "To do" }], activity_type: [row(41, "Task"), row(42, "Call")],
  category: [row(51, "Incident"), row(52, "Service request")], origin: [row(61, "Chat"), row(62, "Email")], contact: [row(71, "Web visitors")], account: [row(81, "Northwind")],
};

/** Stories say when somebody comes back from a sign-in. */
export const signing: { returned(): void } = { returned: () => undefined };

export function integrations(joined: ConnectionView[], tell: (...tags: string[]) => void): Handlers {
  const hook: WebhookView = { masked: "https://hooks.example/webhooks/creatio/••••9f2c", last4: "9f2c", public_url: "https://hooks.example", last_call_at: null, last_call: null, since: new Date(Date.now() - 86_400_000).toISOString(), calls: [], wrong_calls: 0, wrong_last_at: null, old_calls: 0, old_last_at: null, grace_until: null };
  let address: string | null = "https://hooks.example";
  const named = (name: string) => {
    const one = joined.find((connection) => connection.name === name);
    if (!one) throw new CallError("not_found", `there is no connection \`${name}\``, null, null, 404);
    return one;
  };
  const join = (name: string, mode: string, settings: Record<string, unknown>): ConnectionView => {
    const { kind = "creatio", ...kept } = settings;
    const instance = kind === "salesforce" ? "salesforce:00D000000000001EAA" : String(settings.url);
    const added = { ...joined[0], id: `con_${name}`, name, kind, mode: mode as "every", instance, settings: kept, paused: null } as ConnectionView;
    joined.push(added);
    tell("connections");
    return added;
  };
  const pause = (name: string, paused: ConnectionView["paused"]) => {
    const one = named(name);
    one.paused = paused;
    tell("connections");
    return one;
  };
  const org = salesforce(join, () => address);
  signing.returned = org.returned;
  return {
    ...org,
    connection_test: ({ name }) => (name === "Salesforce" ? stopped(2, "REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded.", "wait until the limit is renewed", 403) : good()),
    connection_try_and_add: ({ name, mode, settings, secret }) => {
      const report = test(settings, secret);
      return { report, added: report.good ? join(name, mode, settings) : null };
    },
    connection_try_and_set: ({ name, mode, settings = {}, secret, route }) => {
      const one = named(name);
      const report = test({ ...one.settings, ...settings }, secret);
      if (!report.good) return { report, saved: null };
      one.settings = Object.fromEntries(Object.entries({ ...one.settings, ...settings }).filter(([, value]) => value !== null));
      if (mode) one.mode = mode as "every";
      if (route) one.route = route;
      tell("connections");
      return { report, saved: one };
    },
    connection_pause: ({ name }) => pause(name, { kind: "by_hand", since: new Date().toISOString(), until: null, failure: null, held: 3 }),
    connection_resume: ({ name }) => pause(name, null),
    connection_take_over: ({ name }) => {
      pause(name, null);
      return { taken_over: name, cases: 12 };
    },
    connection_footprint: () => ({ conversations: 1_240, waiting: 8, cases: 1_204, open_cases: 212, held_replies: 1 }),
    connection_remove: ({ name }) => {
      const [gone] = joined.splice(joined.indexOf(named(name)), 1);
      tell("connections");
      const salesforce = gone?.kind === "salesforce";
      return { name, sign_in: salesforce ? "revoked" : "none", failure: null, left_there: salesforce ? ["the Apex triggers and classes that call this engine's webhook", "the External Client App, or Connected App, unless something else uses it"] : ["the business process, or the web service, that calls this engine's webhook"] };
    },
    sessions_week: () => ({ began: 1_930, looked_at: 1_000, spoke: 985, handed_off: 212, oldest: null }),
    public_address_show: () => ({ url: address, fixed: false, listener: "http://127.0.0.1:4181", beyond: address !== null }),
    public_address_set: ({ url }) => {
      if (url.startsWith("http://")) throw new CallError("invalid", "`url` must begin with https://: the secret of the webhook is in its path", "give an address such as https://bridge.example.com, without a query", null, 422);
      address = url.trim() === "" ? null : url;
      tell("webhooks");
      return { url: address, fixed: false, listener: "http://127.0.0.1:4181", beyond: address !== null };
    },
    public_address_test: () => (address?.includes("hooks") ? { reached: "us", detail: null } : { reached: "somebody_else", detail: "HTTP 404" }),
    replies_preview: () => [{ kind: "activity", record: "r1", case: "c1", at: new Date(Date.now() - 3_600_000).toISOString(), author: "Daniel Reyes", text: "Call her back, she is waiting for the form." }],
    crm_choices: ({ what, query = "" }) => (CHOICES[what] ?? []).filter((one) => one.name.toLowerCase().includes(query.toLowerCase())),
    webhook_show: () => hook,
    webhook_url: () => ({ url: "https://hooks.example/webhooks/creatio/3b1ffa209f2c", path: "/webhooks/creatio/3b1ffa209f2c" }),
    webhook_regenerate: ({ grace_minutes = 1_440 }) => {
      hook.since = new Date().toISOString();
      hook.grace_until = grace_minutes > 0 ? new Date(Date.now() + grace_minutes * 60_000).toISOString() : null;
      tell("webhooks");
      return {};
    },
    webhook_grace: ({ minutes }) => {
      hook.grace_until = minutes > 0 ? new Date(Date.now() + minutes * 60_000).toISOString() : null;
      tell("webhooks");
      return {};
    },
  };
}

/** A first call of the CRM, for stories. */
export function called(event_type: string): WebhookView["calls"][number] {
  return { event_type, at: new Date().toISOString(), old: false, known: true };
}
