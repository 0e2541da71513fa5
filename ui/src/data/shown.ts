import { useQueryClient } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import { useSyncExternalStore } from "react";

/** Whether the list of conversations is there, or is not what was opened: what stands beside it waits for it. */
export function useListShown(): boolean {
  const { pathname } = useLocation();
  const cache = useQueryClient().getQueryCache();
  const settled = useSyncExternalStore(
    (changed) => cache.subscribe(changed),
    () => cache.findAll({ queryKey: ["sessions"] }).some((query) => query.state.status !== "pending"),
  );
  return settled || !(pathname === "/" || pathname.startsWith("/inbox"));
}
