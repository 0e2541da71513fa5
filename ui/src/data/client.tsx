import { QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useState } from "react";
import type { CallError, Host } from "../host";

declare module "@tanstack/react-query" {
  interface Register {
    defaultError: CallError;
    queryMeta: { tags: string[] };
  }
}

const HostContext = createContext<Host | null>(null);
export const HostProvider = HostContext.Provider;

export function useHost(): Host {
  const host = useContext(HostContext);
  if (!host) throw new Error("no host");
  return host;
}

const AGAIN_MS = 4_000;

/** A failed query asks again by itself; what it showed before stays. */
export function newClient(again = AGAIN_MS): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: false,
        staleTime: 15_000,
        gcTime: 5 * 60_000,
        refetchOnWindowFocus: true,
        refetchInterval: (query) => (query.state.status === "error" && query.state.error?.code === "unreachable" ? again : false),
      },
      mutations: { retry: false },
    },
  });
}

/** Refetches what a change touches: a query says in its meta which tags it reads. */
export function refresh(client: QueryClient, tags: string[]) {
  const all = tags.includes("*");
  void client.invalidateQueries({ predicate: (query) => all || (query.meta?.tags ?? []).some((tag) => tags.includes(tag)) });
}

const GATHER_MS = 120;

/** Listens for changes and gathers those of a moment into one refetch. True while the line is up. */
export function useLive(): boolean {
  const host = useHost();
  const client = useQueryClient();
  const [up, setUp] = useState(true);
  useEffect(() => {
    let gathered = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let line = true;
    const end = host.events((tags) => {
      for (const tag of tags) gathered.add(tag);
      timer ??= setTimeout(() => {
        timer = undefined;
        const told = [...gathered];
        gathered = new Set();
        refresh(client, told);
      }, GATHER_MS);
    }, (there) => {
      setUp(there);
      // Whoever loses the line asks once, not again at each try to get it back: each pane then says how old it is, and goes on
      // asking by itself. Coming back is a change of everything, which the host tells.
      if (line && !there) refresh(client, ["*"]);
      line = there;
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [host, client]);
  return up;
}

export function useMe() {
  const host = useHost();
  return useQuery({ queryKey: ["me"], queryFn: () => host.me(), staleTime: Infinity, meta: { tags: [] } });
}
