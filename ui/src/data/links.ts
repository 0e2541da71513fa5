import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Input } from "../host";
import { refresh, useHost } from "./client";

export type Decision = Input<"case_preview">;

/** What a decision would do, counted by the engine. It is asked anew each time: the CRM may have changed. */
export function useCasePreview(decision: Decision, ready: boolean) {
  const host = useHost();
  return useQuery({
    queryKey: ["case_preview", decision],
    queryFn: () => host.call("case_preview", decision),
    enabled: ready,
    gcTime: 0,
    staleTime: 0,
    refetchOnWindowFocus: false,
    meta: { tags: [`session:${decision.session}`] },
  });
}

export function useCaseDecision(session: string) {
  const host = useHost();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (decision: Decision) => host.call("case_decide", decision),
    onSettled: () => refresh(client, ["sessions", "lanes", `session:${session}`]),
  });
}

/** Asks the CRM again how a case stands; the answer comes as a change. */
export function useCaseLook() {
  const host = useHost();
  return useMutation({ mutationFn: (which: Input<"case_look">) => host.call("case_look", which) });
}
