import type { ConnectionView, KitFilesView, KitView, SignInState, TestReport } from "../generated";
import type { Handlers } from "./fake";
import { CallError } from "./types";

const PORTS = [1717, 1718, 1719, 1720];
const loopback = PORTS.map((port) => `http://localhost:${port}/oauth/salesforce/callback`);
const OF_CREATIO = "http://localhost:4182/oauth/creatio/callback";
const right = (verb: "read" | "create" | "change", object: string) => ({ what: `${verb} ${object}`, proof: "yes" as const, detail: `${object} says so`, right: { verb, object } });
const TESTED: TestReport = { good: true, report: { identity: "integration@northwind.example @ northwind.my.salesforce.com", failure: null, checks: [{ what: "sign in", proof: "yes", detail: "Salesforce gave a token", right: null }, right("read", "Case"), right("create", "Case"), right("change", "Case"), right("read", "CaseComment"), right("create", "CaseComment")] } };

const FIELDS: [string, string][] = [["Case_From__c", "where the case comes from"], ["Casebridge_Id__c", "unique: a case is found again by it"], ["Casebridge_Source_Id__c", "the conversation as its own system names it"], ["Casebridge_Seq__c", "how often we wrote"], ["Casebridge_Write__c", "which attempt wrote"]];
const kitOf = (there: boolean): KitView => ({
  fields: FIELDS.map(([name, purpose]) => ({ name, purpose, present: there, ok: there, problem: there ? "" : "not in the org, or hidden from the user" })),
  permission_set: { name: "Casebridge", proof: there ? "yes" : "missing", detail: there ? "given to the user" : "not in the org" },
  rule: { name: "Casebridge_Write", proof: there ? "yes" : "missing", detail: there ? "active" : "not in the org" },
  version: there ? 1 : null, offered: 1, complete: there,
});
const FILES: KitFilesView = {
  files: [{ path: "README.md", kind: "readme", text: "# Casebridge in your Salesforce org" }, { path: "apex/classes/CasebridgeNotice.cls", kind: "apex_class", text: "public without sharing class CasebridgeNotice {}" }],
  steps: [{ place: "Setup > Named Credentials > New", action: "Make the Named Credential.", values: [["Label and name", "Casebridge"], ["URL", "the webhook address"]] }],
};

/** A Salesforce org that answers a sign-in when `returned` says so. The words of the client id choose how it ends. */
export function salesforce(join: (name: string, mode: string, settings: Record<string, unknown>) => ConnectionView, beyond: () => string | null): Handlers & { returned(): void } {
  let state: SignInState = { state: "waiting", connection: null, report: null, failure: null };
  let wanted: { kind: string; name: string; mode: string; settings: Record<string, unknown> } | null = null;
  let tried = false;
  let deployed = false;
  let looks = 0;
  const end = () => {
    const name = wanted ? join(wanted.name, wanted.mode, wanted.settings).name : "Salesforce";
    state = { state: "done", connection: name, report: TESTED, failure: null };
    return state;
  };
  return {
    returned: () => {
      const denied = String(wanted?.settings.client_id ?? "").includes("deny");
      if (denied) state = { state: "failed", connection: null, report: null, failure: { message: "Salesforce refuses the sign-in: end-user denied authorization (access_denied)", hint: "the sign-in was not granted: begin again and press Allow" } };
      else end();
    },
    sign_in_ways: () => ({
      listens: true, beyond: beyond() !== null,
      creatio: { loopback: [OF_CREATIO], public: beyond() ? `${beyond()}/oauth/creatio/callback` : null },
      salesforce: { loopback, public: beyond() ? `${beyond()}/oauth/salesforce/callback` : null },
    }),
    sign_in_begin: ({ way, add }) => {
      if (String(add?.settings.login_url ?? "").includes("plain")) throw new CallError("invalid", "`settings` cannot be used: `login_url`: it is not https", "give https://login.salesforce.com, https://test.salesforce.com or the org's My Domain", null, 422);
      wanted = add ? { ...add, settings: { ...add.settings, kind: add.kind } } : null;
      state = { state: "waiting", connection: null, report: null, failure: null };
      if (add?.kind === "creatio") return { flow: "f1", url: "https://northwind-crm-is.example/connect/authorize?state=x", redirect_uri: way === "public" ? `${beyond()}/oauth/creatio/callback` : OF_CREATIO, way, expires_at: new Date(Date.now() + 600_000).toISOString() };
      return { flow: "f1", url: "https://northwind.my.salesforce.com/services/oauth2/authorize?state=x", redirect_uri: way === "public" ? `${beyond()}/oauth/salesforce/callback` : (loopback[0] ?? ""), way, expires_at: new Date(Date.now() + 600_000).toISOString() };
    },
    sign_in_state: () => state,
    sign_in_paste: ({ address }) => {
      if (!address.includes("code=")) throw new CallError("crm", "there is no code in what was pasted", "paste the whole address that the browser ended at", null, 502);
      return end();
    },
    sign_in_cancel: () => ({}),
    kit_state: () => kitOf(deployed),
    kit_deploy: ({ check_only }) => {
      tried = check_only;
      looks = 0;
      return { id: "0Af1", check_only };
    },
    kit_progress: ({ id }) => {
      looks += 1;
      if (looks < 2) return { id, check_only: tried, state: "running", done: 3, total: 8, errors: [] };
      deployed ||= !tried;
      return { id, check_only: tried, state: "done", done: 8, total: 8, errors: [] };
    },
    kit_files: () => FILES,
  };
}
