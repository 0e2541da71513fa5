import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Input } from "../host";
import { refresh, useHost } from "./client";
import { useListShown } from "./shown";

export function useProfile() {
  const host = useHost();
  return useQuery({ queryKey: ["profile"], queryFn: () => host.call("profile_get", {}), meta: { tags: ["profile"] } });
}

export function useProfileSet() {
  const host = useHost();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (profile: Input<"profile_set">) => host.call("profile_set", profile),
    onSuccess: () => refresh(client, ["profile", "sessions"]),
  });
}

export function useCrmPeople(connection: string) {
  const host = useHost();
  return useQuery({ queryKey: ["crm_people", connection], queryFn: () => host.call("crm_people", { connection }), enabled: connection !== "", staleTime: 60_000, meta: { tags: [] } });
}

/** Names that a conversation can be assigned to. */
export function useKnownPeople(wanted: boolean) {
  const host = useHost();
  return useQuery({ queryKey: ["people"], queryFn: () => host.call("people_known", {}), enabled: wanted, meta: { tags: ["profile"] } });
}

export function useFilters() {
  const host = useHost();
  const enabled = useListShown();
  return useQuery({ queryKey: ["filters"], queryFn: () => host.call("filters_list", {}), meta: { tags: ["filters"] }, enabled });
}

export function useFilterActs() {
  const host = useHost();
  const client = useQueryClient();
  const onSuccess = () => refresh(client, ["filters"]);
  const save = useMutation({ mutationFn: (filter: Input<"filter_save">) => host.call("filter_save", filter), onSuccess });
  const drop = useMutation({ mutationFn: (id: string) => host.call("filter_drop", { id }), onSuccess });
  return { save, drop };
}
