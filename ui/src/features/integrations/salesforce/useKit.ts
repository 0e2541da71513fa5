import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useHost } from "../../../data/client";
import { useChange } from "../../../data/integrations";

const LOOKS_MS = 1_000;

/** How much of the kit the org has. Asked of the org itself. */
export function useKitState(name: string) {
  const host = useHost();
  return useQuery({ queryKey: ["kit", name], queryFn: () => host.call("kit_state", { name }), staleTime: 60_000, meta: { tags: [] } });
}

export function useKitFiles(on = true) {
  const host = useHost();
  return useQuery({ queryKey: ["kit-files"], queryFn: () => host.call("kit_files", {}), staleTime: Infinity, enabled: on, meta: { tags: [] } });
}

/** A deployment, tried or real, and how it goes on. */
export function useKitDeploy(name: string) {
  const host = useHost();
  const client = useQueryClient();
  const [id, setId] = useState<string | null>(null);
  const deploy = useChange("kit_deploy", (begun) => setId(begun.id));
  const progress = useQuery({
    queryKey: ["kit-progress", name, id], queryFn: () => host.call("kit_progress", { name, id: id ?? "" }), enabled: id !== null, staleTime: Infinity, gcTime: 0, meta: { tags: [] },
    refetchInterval: (query) => (query.state.data && !["waiting", "running"].includes(query.state.data.state) ? false : LOOKS_MS),
  });
  const state = progress.data?.state;
  useEffect(() => {
    if (state === "done") void client.invalidateQueries({ queryKey: ["kit", name] });
  }, [client, name, state]);
  return {
    progress: id ? progress.data : undefined, busy: deploy.isPending || (id !== null && (!state || state === "waiting" || state === "running") && !progress.error),
    error: deploy.error ?? progress.error,
    begin: (check_only: boolean) => { setId(null); deploy.mutate({ name, check_only }); },
  };
}
