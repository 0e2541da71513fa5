import { createContext, useContext } from "react";
import type { ConnectionView } from "../../generated";

export type CrmKind = "creatio" | "salesforce";

const NAMES: Record<CrmKind, string> = { creatio: "Creatio", salesforce: "Salesforce" };
export const kindOf = (kind: string): CrmKind => (kind === "salesforce" ? "salesforce" : "creatio");
export const crmName = (kind: string) => NAMES[kindOf(kind)];

/** Where a connection leads, in words: record ids hang on the org, and people know the address they sign in at. */
export function placeOf({ kind, instance, settings }: Pick<ConnectionView, "kind" | "instance" | "settings">): string {
  const login = settings.login_url;
  if (kindOf(kind) !== "salesforce" || typeof login !== "string") return instance;
  return `${login.replace(/^https?:\/\//, "").replace(/\/$/, "")}, org ${instance.replace("salesforce:", "")}`;
}

const Crm = createContext<CrmKind>("creatio");

/** Which CRM the parts of a screen are about. */
export const CrmProvider = Crm.Provider;

/** Its kind, and how it is called. */
export function useCrm(): { kind: CrmKind; crm: string } {
  const kind = useContext(Crm);
  return { kind, crm: NAMES[kind] };
}
