import { hashKey, useQueryClient, type QueryKey } from "@tanstack/react-query";
import { useCallback } from "react";

/**
 * Asks for the next page of a list. That takes the place of a refetch that is under way; what the refetch was to bring is
 * asked for once more, or a row that came up meanwhile would stand on no page until the next change.
 */
export function useMore(key: QueryKey, fetchNextPage: () => Promise<unknown>): () => Promise<void> {
  const client = useQueryClient();
  const hash = hashKey(key);
  return useCallback(async () => {
    const state = client.getQueryCache().get(hash)?.state;
    const displaced = state?.fetchStatus === "fetching" && !state.fetchMeta?.fetchMore;
    await fetchNextPage();
    if (displaced) await client.invalidateQueries({ predicate: (query) => query.queryHash === hash });
  }, [client, hash, fetchNextPage]);
}
