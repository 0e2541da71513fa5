import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Input } from "../host";
import { refresh, useHost } from "./client";
import { useListShown } from "./shown";

export function useDeliveries(most?: number) {
  const host = useHost();
  return useQuery({ queryKey: ["deliveries", most ?? 0], queryFn: () => host.call("deliveries", most ? { most } : {}), placeholderData: keepPreviousData, meta: { tags: ["lanes", "connections"] } });
}

/** The columns that the CRMs refuse; a save of the mappings, or columns read anew, clear them. */
export function useRefusedFields() {
  const host = useHost();
  return useQuery({ queryKey: ["refused fields"], queryFn: () => host.call("fields_refused", {}), meta: { tags: ["lanes", "connections", "mappings"] } });
}

export function useConnections() {
  const host = useHost();
  const enabled = useListShown();
  return useQuery({ queryKey: ["connections"], queryFn: () => host.call("connection_list", {}), meta: { tags: ["connections"] }, refetchInterval: 30_000, enabled });
}

export function useTrace(session: string) {
  const host = useHost();
  return useQuery({
    queryKey: ["trace", session],
    queryFn: () => host.call("trace", { session }),
    meta: { tags: [`session:${session}`, "lanes", "replies"] },
    enabled: session !== "",
  });
}

export function useFind() {
  const host = useHost();
  return useMutation({ mutationFn: (text: string) => host.call("find", { text }) });
}

export function useRetry() {
  const host = useHost();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (which: Input<"lanes_retry">) => host.call("lanes_retry", which),
    onSuccess: () => refresh(client, ["lanes", "sessions", "connections"]),
  });
}

/** What a person does to one delivery: leave the refused item out, or park it. */
export function useLaneActs() {
  const host = useHost();
  const client = useQueryClient();
  const onSettled = () => refresh(client, ["lanes", "sessions"]);
  const skip = useMutation({ mutationFn: (which: Input<"lanes_skip">) => host.call("lanes_skip", which), onSettled });
  const park = useMutation({ mutationFn: (which: Input<"lanes_park">) => host.call("lanes_park", which), onSettled });
  return { skip, park };
}

export function useDoctor() {
  const host = useHost();
  return useQuery({ queryKey: ["doctor"], queryFn: () => host.call("doctor", {}), meta: { tags: ["connections"] }, staleTime: 60_000 });
}

export const linksKey = (query: string, state: string) => ["links", query, state];

export function useCaseLinks(query: string, state: string) {
  const host = useHost();
  return useInfiniteQuery({
    queryKey: linksKey(query, state),
    queryFn: ({ pageParam }) =>
      host.call("case_links", { ...(query ? { query } : {}), ...(state ? { state } : {}), ...(pageParam ? { cursor: pageParam } : {}) }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
    meta: { tags: ["sessions", "lanes"] },
  });
}

export function useConnectionTest() {
  const host = useHost();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => host.call("connection_test", { name }),
    onSettled: () => refresh(client, ["connections"]),
  });
}

export function useWebhook(name: string) {
  const host = useHost();
  return useQuery({ queryKey: ["webhook", name], queryFn: () => host.call("webhook_show", { name }), meta: { tags: ["webhooks"] } });
}

export function useSandbox() {
  const host = useHost();
  const client = useQueryClient();
  // Waited for: whoever goes on to the inbox must not find the empty one of before.
  return useMutation({ mutationFn: (kind: "creatio" | "salesforce") => host.call("sandbox_start", { kind }), onSuccess: () => client.invalidateQueries() });
}

export function useLog() {
  const host = useHost();
  return useQuery({ queryKey: ["log"], queryFn: () => host.call("log_show", {}), meta: { tags: [] } });
}

export function useLogSet() {
  const host = useHost();
  const client = useQueryClient();
  return useMutation({ mutationFn: (change: Input<"log_set">) => host.call("log_set", change), onSuccess: (now) => client.setQueryData(["log"], now) });
}
