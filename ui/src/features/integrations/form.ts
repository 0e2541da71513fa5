import { z } from "zod";
import type { ConnectionView } from "../../generated";
import { EVERYTHING, routeChange, routeOf, routeSchema } from "./route";

// The page's policy allows no code made at run time; zod would try, and the browser would report it.
z.config({ jitless: true });

/** The category that stock installations give to tasks; ours have it until another is chosen. */
export const STOCK_CATEGORY = "f51c4643-58e6-df11-971b-001d60e938c6";

const GUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const text = z.string().trim();
const id = text.refine((value) => value === "" || value.replace(GUID, "") === "", "This is not an id of Creatio, such as 76929f8c-7e15-4c64-bdb0-adc62d383727.");

const rule = z.object({ type_id: id, category: id, column: text, value: text })
  .refine((one) => one.category !== "" || one.column !== "", { path: ["category"], message: "Choose a category or a column: tasks are internal otherwise." })
  .refine((one) => one.column === "" || one.value !== "", { path: ["value"], message: "Say which value of the column makes it a reply." });

export const schema = z.object({
  name: text.min(1, "Give it a name, as your team calls it.").max(64, "At most 64 characters."),
  url: text.min(1, "Paste the address you see after signing in to Creatio."),
  identity_url: text,
  how: z.enum(["client_credentials", "authorization_code"]),
  client_id: text.min(1, "Copy it from the OAuth application in Creatio."),
  secret: z.string(),
  redirect_uri: text,
  way: z.enum(["loopback", "public", "paste"]),
  mode: z.enum(["every", "handoff"]),
  route: routeSchema,
  owner: id, group: id, origin: id, category: id,
  activity_owner: id, activity_type: id, activity_category: id,
  contact: z.enum(["leave_empty", "create", "default_contact", "default_account"]),
  contact_id: id,
  resolved_status: id, reopened_status: id,
  session_column: text.regex(/^[A-Za-z_]*\w*$/, "A column's name has letters, digits and _ only."),
  case_page: text,
  calls_per_day: text.regex(/^\d*$/, "A whole number, or nothing."),
  emails: z.enum(["recorded", "delivered", "off"]),
  portal: z.boolean(),
  tasks: z.array(rule),
}).refine((form) => !form.contact.startsWith("default_") || form.contact_id !== "", { path: ["contact_id"], message: "Choose which one." })
  .refine((form) => form.case_page === "" || form.case_page.includes("{id}"), { path: ["case_page"], message: "Paste the address of any case, or write {id} in the place of its id." });

export type Form = z.infer<typeof schema>;
type Settings = Record<string, unknown>;

const EMPTY: Form = {
  name: "Creatio", url: "", identity_url: "", how: "client_credentials", client_id: "", secret: "", redirect_uri: "", way: "loopback", mode: "every", route: EVERYTHING,
  owner: "", group: "", origin: "", category: "", activity_owner: "", activity_type: "", activity_category: "", contact: "leave_empty", contact_id: "",
  resolved_status: "", reopened_status: "", session_column: "", case_page: "", calls_per_day: "", emails: "recorded", portal: true, tasks: [],
};
const PLAIN = ["owner", "group", "origin", "category", "activity_owner", "activity_type", "activity_category", "resolved_status", "reopened_status", "session_column", "case_page", "identity_url"] as const;

const said = (value: unknown) => (typeof value === "string" ? value : typeof value === "number" ? String(value) : "");
const part = (value: unknown): Settings => (typeof value === "object" && value !== null ? (value as Settings) : {});

/** The form as a connection is now; a new one where there is none. A secret is never among it. */
export function formOf(one?: ConnectionView): Form {
  if (!one) return EMPTY;
  const { settings } = one;
  const auth = part(settings.auth);
  const policy = part(settings.contact_policy);
  const replies = part(settings.replies);
  const tasks = Array.isArray(replies.tasks) ? replies.tasks.map(part) : [];
  const plain = Object.fromEntries(PLAIN.map((key) => [key, said(settings[key])])) as Pick<Form, (typeof PLAIN)[number]>;
  return {
    ...EMPTY, ...plain,
    name: one.name, url: one.instance, mode: one.mode, route: routeOf(one),
    how: auth.kind === "authorization_code" ? "authorization_code" : "client_credentials",
    client_id: said(auth.client_id), redirect_uri: said(auth.redirect_uri),
    contact: (said(policy.kind) || "leave_empty") as Form["contact"], contact_id: said(policy.id),
    calls_per_day: said(settings.calls_per_day),
    emails: (said(replies.emails) || "recorded") as Form["emails"], portal: replies.portal !== false,
    tasks: tasks.map((task) => ({ type_id: said(task.type_id), category: said(task.category), column: said(task.column), value: said(task.value) })),
  };
}

/** Which records are replies, as the engine reads it. */
export function repliesOf(form: Pick<Form, "emails" | "portal" | "tasks">) {
  const tasks = form.tasks.map((task) => Object.fromEntries(Object.entries(task).filter(([, value]) => value !== "")));
  return { emails: form.emails, portal: form.portal, ...(tasks.length > 0 ? { tasks } : {}) };
}

/** The settings as the engine reads them, whole: null where a member is not set. */
export function settingsOf(form: Form): Settings {
  const auth = form.how === "client_credentials"
    ? { kind: form.how, client_id: form.client_id }
    : { kind: form.how, client_id: form.client_id, confidential: form.secret !== "", redirect_uri: form.redirect_uri };
  const policy = form.contact.startsWith("default_") ? { kind: form.contact, id: form.contact_id } : { kind: form.contact };
  return {
    url: form.url, auth,
    ...Object.fromEntries(PLAIN.map((key) => [key, form[key] === "" ? null : form[key]])),
    contact_policy: policy,
    calls_per_day: form.calls_per_day === "" ? null : Number(form.calls_per_day),
    replies: repliesOf(form),
  };
}

/** A new connection has no members to clear. */
export function newSettings(form: Form): Settings {
  return Object.fromEntries(Object.entries(settingsOf(form)).filter(([, value]) => value !== null));
}

/** Only what differs: what somebody else changed meanwhile stays as they left it. */
export function changeOf(before: Form, after: Form): { mode?: string; settings: Settings; secret?: string; route?: Record<string, string[]> } {
  const [was, is] = [settingsOf(before), settingsOf(after)];
  // Whether an application has a secret is not known here: the secret of before is not shown.
  if (before.how === after.how && before.client_id === after.client_id && before.redirect_uri === after.redirect_uri) delete is.auth;
  const settings = Object.fromEntries(Object.entries(is).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(was[key])));
  return { ...(before.mode === after.mode ? {} : { mode: after.mode }), ...routeChange(before.route, after.route), settings, ...(after.secret === "" ? {} : { secret: after.secret }) };
}

export type Page = { template: string; said: string };

/** The template of a pasted case address: Freedom UI, classic pages, Creatio's own redirect, or whichever page the tenant made. */
export function pageOf(pasted: string): Page | null {
  const address = pasted.trim();
  if (!URL.canParse(address)) return null;
  const ids = address.match(GUID) ?? [];
  const last = ids.at(-1);
  if (!last && !address.includes("{id}")) return null;
  const at = last ? address.lastIndexOf(last) : -1;
  const template = last && !address.includes("{id}") ? `${address.slice(0, at)}{id}${address.slice(at + last.length)}` : address;
  const form = template.replace(/\{id\}.*/, "");
  if (/FormPage\/edit\/$/i.test(form) || /#Card\//i.test(form)) return { template, said: "A Freedom UI page" };
  if (/CardModuleV2|ViewModule\.aspx/i.test(form)) return { template, said: "A classic page" };
  if (/Navigation\.aspx/i.test(form)) return { template, said: "Creatio's own redirect" };
  return { template, said: "A page of your own" };
}
