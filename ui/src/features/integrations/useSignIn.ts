import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useHost } from "../../data/client";
import { useChange } from "../../data/integrations";
import type { SignInFlow, SignInState } from "../../generated";

const LOOKS_MS = 1_000;

/** A sign-in that ends by itself: it is begun, looked at until it has ended, and ended when the screen is left. */
export function useSignIn(ended: (state: SignInState) => void) {
  const host = useHost();
  const [flow, setFlow] = useState<SignInFlow | null>(null);
  const [last, setLast] = useState<SignInState | null>(null);
  const end = (state: SignInState) => {
    setFlow(null);
    setLast(state);
    ended(state);
  };
  const begin = useChange("sign_in_begin", (started) => {
    setLast(null);
    setFlow(started);
  });
  const paste = useChange("sign_in_paste", end);
  const looked = useQuery({
    queryKey: ["sign-in", flow?.flow], queryFn: () => host.call("sign_in_state", { flow: flow?.flow ?? "" }),
    enabled: flow !== null, refetchInterval: LOOKS_MS, staleTime: 0, gcTime: 0, meta: { tags: ["connections"] },
  });
  const state = flow ? looked.data : undefined;
  const over = state !== undefined && state.state !== "waiting" && state.state !== "working";
  useEffect(() => {
    // What the person pasted may have ended it already.
    if (over && !paste.isPending) end(state);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only its end is news
  }, [over]);
  const id = flow?.flow;
  useEffect(() => () => {
    if (id) void host.call("sign_in_cancel", { flow: id }).catch(() => undefined);
  }, [host, id]);
  return {
    flow, last, working: state?.state === "working" || paste.isPending, beginning: begin.isPending,
    error: begin.error ?? (flow ? looked.error : null), pasteError: paste.error ?? null,
    begin: (input: Parameters<typeof begin.mutate>[0]) => { paste.reset(); setLast(null); begin.mutate(input); },
    paste: (address: string) => flow && paste.mutate({ flow: flow.flow, address }),
    stop: () => { paste.reset(); setFlow(null); },
  };
}

export type SigningIn = ReturnType<typeof useSignIn>;
