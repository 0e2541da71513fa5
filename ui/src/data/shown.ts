import { useQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import { useEffect, useState, useSyncExternalStore } from "react";
import type { ConnectionView, SessionPage, ViewCounts } from "../generated";

/** A list that never comes does not keep the rest from being asked. */
const LONGEST_WAIT_MS = 5_000;
/** How long nothing at all may be shown, when it is not known yet what to show. */
const BLANK_MS = 600;
const SHOWN = ["shown"];

const isInbox = (pathname: string) => pathname === "/" || pathname.startsWith("/inbox");

/** Whether the list of conversations is painted, or is not what was opened: whatever else there is to ask waits for it. */
export function useListShown(): boolean {
  const { pathname } = useLocation();
  const { data } = useQuery({ queryKey: SHOWN, queryFn: () => false, enabled: false, meta: { tags: [] } });
  return data === true || !isInbox(pathname);
}

/** Tells once that the first list is painted, and from then on lets everything else be asked. */
export function useFirstPaint(painted: () => void) {
  const client = useQueryClient();
  const { pathname } = useLocation();
  const elsewhere = !isInbox(pathname);
  useEffect(() => {
    const cache = client.getQueryCache();
    let frame = 0;
    const tell = () => {
      if (frame || client.getQueryData(SHOWN)) return;
      // The second frame begins when the first one, with the list in it, was painted.
      frame = requestAnimationFrame(() => {
        frame = requestAnimationFrame(() => {
          frame = 0;
          painted();
          client.setQueryData(SHOWN, true);
        });
      });
    };
    const look = () => {
      if (elsewhere || cache.findAll({ queryKey: ["sessions"] }).some((query) => query.state.status !== "pending")) tell();
    };
    const end = cache.subscribe(look);
    const late = setTimeout(tell, LONGEST_WAIT_MS);
    look();
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(late);
      end();
    };
  }, [client, elsewhere, painted]);
}

/** Whether there is anything at all: neither a connection nor a conversation is a first run, `null` is not known yet. */
export function useFirstRun(connections: ConnectionView[] | undefined, counts: ViewCounts | undefined): boolean | null {
  const { pathname } = useLocation();
  const cache = useQueryClient().getQueryCache();
  const lists = () => cache.findAll({ queryKey: ["sessions"] });
  const something = useSyncExternalStore((changed) => cache.subscribe(changed), () => lists().some(({ state }) =>
    state.status === "error" || (state.data as InfiniteData<SessionPage> | undefined)?.pages.some((page) => page.rows.length > 0)));
  const known = something || !isInbox(pathname) || (connections && counts) !== undefined;
  const [waited, setWaited] = useState(false);
  useEffect(() => {
    if (known) return;
    const enough = setTimeout(() => setWaited(true), BLANK_MS);
    return () => {
      clearTimeout(enough);
      setWaited(false);
    };
  }, [known]);
  if (connections?.length === 0 && counts?.all === 0) return true;
  return known || waited ? false : null;
}
