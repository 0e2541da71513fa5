import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { CommandName, Input, Output } from "../host";
import { refresh, useHost } from "./client";

/** A command that changes something about connections: what shows them is read again. */
export function useChange<C extends CommandName>(command: C, done?: (output: Output<C>) => void) {
  const host = useHost();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: Input<C>) => host.call(command, input),
    onSuccess: (output) => {
      refresh(client, ["connections", "webhooks", "lanes"]);
      done?.(output);
    },
  });
}

const PICKED_MS = 5 * 60_000;

/** Rows of the CRM that a setting can name. Asked of the CRM itself, so kept for a while. */
export function useChoices(connection: string, what: string, query = "", on = true) {
  const host = useHost();
  return useQuery({
    queryKey: ["choices", connection, what, query],
    queryFn: () => host.call("crm_choices", { connection, what, ...(query ? { query } : {}) }),
    staleTime: PICKED_MS,
    enabled: on && connection !== "",
    placeholderData: (before) => before,
    meta: { tags: [] },
  });
}

/** The addresses that an app in Salesforce has to know, by the way back. */
export function useSignInWays() {
  const host = useHost();
  return useQuery({ queryKey: ["sign-in-ways"], queryFn: () => host.call("sign_in_ways", {}), staleTime: 0, meta: { tags: ["webhooks"] } });
}

export function useWeek() {
  const host = useHost();
  return useQuery({ queryKey: ["week"], queryFn: () => host.call("sessions_week", {}), staleTime: 60_000, meta: { tags: [] } });
}

export function usePublicAddress() {
  const host = useHost();
  return useQuery({ queryKey: ["public-address"], queryFn: () => host.call("public_address_show", {}), meta: { tags: ["webhooks"] } });
}

export function useFootprint(name: string) {
  const host = useHost();
  return useQuery({ queryKey: ["footprint", name], queryFn: () => host.call("connection_footprint", { name }), staleTime: 0, meta: { tags: ["connections"] } });
}
