import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useHost } from "../../../data/client";
import { useChange } from "../../../data/integrations";

const LOOKS_MS = 1_000;
/** After a look that failed the next one waits a little longer. */
const AGAIN_MS = 3_000;
const ENDED = ["done", "failed", "canceled"];

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
    refetchInterval: ({ state: { data, status } }) => (data && ENDED.includes(data.state) ? false : status === "error" ? AGAIN_MS : LOOKS_MS),
  });
  const state = progress.data?.state;
  const over = state !== undefined && ENDED.includes(state);
  useEffect(() => {
    if (state === "done") void client.invalidateQueries({ queryKey: ["kit", name] });
  }, [client, name, state]);
  return {
    progress: id ? progress.data : undefined, busy: deploy.isPending || (id !== null && !over),
    error: deploy.error,
    /** The answer was lost on its way, so that it may have been begun all the same; trying changes nothing in any case. */
    unsure: deploy.error?.code === "unreachable" && !deploy.variables?.check_only,
    /** A look that failed says nothing about the deployment: Salesforce goes on with it. */
    lost: id !== null && !over ? progress.error : null,
    begin: (check_only: boolean) => { setId(null); deploy.mutate({ name, check_only }); },
  };
}
