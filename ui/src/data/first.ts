import type { QueryClient } from "@tanstack/react-query";
import type { SessionPage, View } from "../generated";
import type { Host } from "../host";

/** How many conversations one page of a list holds. */
export const PAGE = 50;
/** A list that takes longer is waited for where it is shown. */
const LONGEST_WAIT_MS = 400;

export interface FirstList {
  view: View;
  page: SessionPage;
}

export const sessionsKey = (view: View, query: string) => ["sessions", view, query];

/** The list that the page opens with, if it opens with the whole inbox; `null` when it does not come soon. */
export async function firstList(host: Host): Promise<FirstList | null> {
  if (!["", "#", "#/", "#/inbox/all"].includes(location.hash)) return null;
  const late = new Promise<null>((done) => setTimeout(() => done(null), LONGEST_WAIT_MS));
  const page = host.call("sessions_list", { view: "all", limit: PAGE }).catch(() => null);
  const came = await Promise.race([page, late]);
  return came && { view: "all", page: came };
}

/** Puts the list where whoever shows it looks first. */
export function keepFirst(client: QueryClient, { view, page }: FirstList) {
  client.setQueryData(sessionsKey(view, ""), { pages: [page], pageParams: [""] });
}
