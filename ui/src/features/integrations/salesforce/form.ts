import { z } from "zod";
import type { ConnectionView } from "../../../generated";
import { EVERYTHING, routeChange, routeOf, routeSchema } from "../route";

z.config({ jitless: true });

const text = z.string().trim();
/** 15 or 18 characters, the first three of which name the object. */
const owner = text.regex(/^$|^(005|00G)[0-9A-Za-z]{12}([0-9A-Za-z]{3})?$/, "This is not the id of a user (005…) or a queue (00G…).");

export const schema = z.object({
  name: text.min(1, "Give it a name, as your team calls it.").max(64, "At most 64 characters."),
  login_url: text.min(1, "Paste any address of your org, or use login.salesforce.com."),
  client_id: text.min(1, "Copy the consumer key from the app in Salesforce."),
  secret: z.string(),
  way: z.enum(["loopback", "public", "paste"]),
  mode: z.enum(["every", "handoff"]),
  route: routeSchema,
  owner,
  origin: text,
  case_from_field: text.regex(/^[A-Za-z]\w*$/, "A field's API name, such as Case_From__c."),
  case_from_value: text,
  resolved_status: text,
  reopened_status: text,
  reserve_percent: text.regex(/^\d{0,2}$/, "A whole number of per cent up to 95, or nothing.").refine((value) => value === "" || Number(value) <= 95, "At most 95: the rest is what this connection works with."),
});

export type Form = z.infer<typeof schema>;
type Settings = Record<string, unknown>;

export const EMPTY: Form = {
  name: "Salesforce", login_url: "", client_id: "", secret: "", way: "loopback", mode: "every", route: EVERYTHING, owner: "", origin: "",
  case_from_field: "Case_From__c", case_from_value: "opencx", resolved_status: "", reopened_status: "", reserve_percent: "",
};
const PLAIN = ["owner", "origin", "resolved_status", "reopened_status"] as const;

const said = (value: unknown) => (typeof value === "string" ? value : typeof value === "number" ? String(value) : "");
const part = (value: unknown): Settings => (typeof value === "object" && value !== null ? (value as Settings) : {});

/** The form as a connection is now; a new one where there is none. A secret is never among it. */
export function formOf(one?: ConnectionView): Form {
  if (!one) return EMPTY;
  const { settings } = one;
  const from = part(settings.case_from);
  const plain = Object.fromEntries(PLAIN.map((key) => [key, said(settings[key])])) as Pick<Form, (typeof PLAIN)[number]>;
  return {
    ...EMPTY, ...plain, name: one.name, mode: one.mode, route: routeOf(one),
    login_url: said(settings.login_url).replace(/\/$/, ""), client_id: said(settings.client_id),
    case_from_field: said(from.field) || EMPTY.case_from_field, case_from_value: "value" in from ? said(from.value) : EMPTY.case_from_value,
    reserve_percent: said(settings.reserve_percent),
  };
}

/** The settings as the engine reads them, whole: null where a member is not set. What the sign-in told is not among them. */
export function settingsOf(form: Form): Settings {
  return {
    login_url: form.login_url, client_id: form.client_id,
    ...Object.fromEntries(PLAIN.map((key) => [key, form[key] === "" ? null : form[key]])),
    case_from: { field: form.case_from_field, value: form.case_from_value },
    reserve_percent: form.reserve_percent === "" ? null : Number(form.reserve_percent),
  };
}

/** A new connection has no members to clear. */
export function newSettings(form: Form): Settings {
  const set = Object.entries(settingsOf(form)).filter(([, value]) => value !== null);
  return { ...Object.fromEntries(set), confidential: form.secret !== "" };
}

/** Only what differs: what somebody else changed meanwhile stays as they left it. */
export function changeOf(before: Form, after: Form): { mode?: string; settings: Settings; secret?: string; route?: Record<string, string[]> } {
  const [was, is] = [settingsOf(before), settingsOf(after)];
  const settings = Object.fromEntries(Object.entries(is).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(was[key])));
  return {
    ...(before.mode === after.mode ? {} : { mode: after.mode }),
    ...routeChange(before.route, after.route),
    settings: after.secret === "" ? settings : { ...settings, confidential: true },
    ...(after.secret === "" ? {} : { secret: after.secret }),
  };
}

/** The login address, whatever part of the browser's address bar was pasted: pages of an org are on hosts that sign nobody in. */
export function loginUrlOf(pasted: string): string {
  const given = pasted.trim();
  const address = given === "" || given.includes("://") ? given : `https://${given}`;
  if (!URL.canParse(address)) return given;
  const url = new URL(address);
  const host = url.hostname.replace(/\.lightning\.force\.com$|\.my\.salesforce-setup\.com$/, ".my.salesforce.com");
  return `${url.protocol}//${host}${url.port ? `:${url.port}` : ""}`;
}
