import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { CommandName, Input, Output } from "../host";
import type { Mapping } from "../generated";
import { useDebounced } from "../shared/debounce";
import { refresh, useHost } from "./client";

const tag = (connection: string) => `mappings:${connection}`;
/** What the engine tells when a version is saved, and when another analyst is chosen: both belong to connections. */
const SAVED = "connections";

export function useMappings(connection: string) {
  const host = useHost();
  // Read again whenever anybody saves a version: a screen without changes shows it, a draft is told of it and left as it is.
  // And whenever it is entered: whoever comes from a refusal finds its alarm here, however lately the screen was left.
  return useQuery({ queryKey: ["mappings", connection], refetchOnMount: "always", queryFn: () => host.call("mappings_show", { connection }), meta: { tags: [SAVED, tag(connection)] }, enabled: connection !== "" });
}

/** Admins only: who may not map asks no CRM. */
export function useColumns(connection: string, on: boolean) {
  const host = useHost();
  return useQuery({ queryKey: ["columns", connection], queryFn: () => host.call("columns_list", { connection }), staleTime: 60_000, meta: { tags: ["columns"] }, enabled: on && connection !== "" });
}

/** Asks the CRM for its columns now. What was known stays until the answer is there. */
export function useColumnsAgain(connection: string) {
  const host = useHost();
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => host.call("columns_list", { connection, refresh: true }),
    onSuccess: (columns) => {
      client.setQueryData(["columns", connection], columns);
      refresh(client, [tag(connection), "lookups"]);
    },
  });
}

const TYPING_MS = 200;

/** Rows that a lookup may name, by a part of their label; settled once they are those of the words that stand there. */
export function useLookup(connection: string, column: string, query: string, on: boolean) {
  const host = useHost();
  const words = useDebounced(query.trim(), TYPING_MS);
  const rows = useQuery({
    queryKey: ["lookup", connection, column, words],
    queryFn: () => host.call("lookup_values", { connection, column, ...(words ? { query: words } : {}) }),
    placeholderData: keepPreviousData, staleTime: 5 * 60_000, enabled: on, meta: { tags: ["lookups"] },
  });
  return { rows, settled: query.trim() === words && !rows.isPending && !rows.isPlaceholderData };
}

const CHECK_MS = 350;

/** The engine's own checks of a draft, a moment after it was last changed. */
export function useCheck(connection: string, mappings: Mapping[], on: boolean) {
  const host = useHost();
  const settled = useDebounced(mappings, CHECK_MS);
  return useQuery({
    queryKey: ["check", connection, settled],
    queryFn: () => host.call("mappings_check", { connection, mappings: settled }),
    placeholderData: keepPreviousData, gcTime: 10_000, enabled: on && settled.length > 0, meta: { tags: ["columns"] },
  });
}

/** A command about mappings whose answer is used at once. */
export function useAsk<C extends CommandName>(command: C, touches: string[] = []) {
  const host = useHost();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: Input<C>): Promise<Output<C>> => host.call(command, input),
    onSuccess: () => {
      if (touches.length > 0) refresh(client, touches);
    },
  });
}

export const useVersions = (connection: string) => {
  const host = useHost();
  return useQuery({ queryKey: ["versions", connection], queryFn: () => host.call("mappings_versions", { connection }), meta: { tags: [SAVED, tag(connection)] } });
};

export const useVersion = (connection: string, version: number) => {
  const host = useHost();
  return useQuery({ queryKey: ["version", connection, version], queryFn: () => host.call("mappings_version", { connection, version }), staleTime: Infinity, enabled: version > 0, placeholderData: keepPreviousData, meta: { tags: [] } });
};

export const useAnalyst = (on = true) => {
  const host = useHost();
  return useQuery({ queryKey: ["analyst"], queryFn: () => host.call("analyst_show", {}), enabled: on, meta: { tags: [SAVED, "analyst"] } });
};

/** Takes a value that the analyst was not sure of, or puts it away. */
export function useSuggestion(session: string) {
  const host = useHost();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ take, ...which }: { take: boolean; connection: string; mapping: string }) => host.call(take ? "suggestion_take" : "suggestion_dismiss", { session, ...which }),
    onSettled: () => refresh(client, [`session:${session}`, "sessions"]),
  });
}
