import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { View } from "../generated";
import type { Input } from "../host";
import { PAGE, sessionsKey } from "./first";
import { refresh, useHost } from "./client";
import { useListShown } from "./shown";

const EVENTS = 100;

export function useSessions(view: View, query: string) {
  const host = useHost();
  return useInfiniteQuery({
    queryKey: sessionsKey(view, query),
    queryFn: ({ pageParam }) =>
      host.call("sessions_list", { view, limit: PAGE, ...(query ? { query } : {}), ...(pageParam ? { cursor: pageParam } : {}) }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    meta: { tags: ["sessions"] },
  });
}

export function useCounts() {
  const host = useHost();
  const enabled = useListShown();
  return useQuery({ queryKey: ["counts"], queryFn: () => host.call("sessions_counts", {}), meta: { tags: ["sessions", "lanes", "replies"] }, enabled });
}

export function useSession(session: string) {
  const host = useHost();
  return useQuery({
    queryKey: ["session", session],
    queryFn: () => host.call("session_open", { session }),
    meta: { tags: [`session:${session}`, "sessions", "replies", "lanes"] },
    enabled: session !== "",
  });
}

export const eventsKey = (session: string) => ["events", session];

/** The newest page first; older ones are fetched as the reader goes up. */
export function useEvents(session: string) {
  const host = useHost();
  return useInfiniteQuery({
    queryKey: eventsKey(session),
    queryFn: ({ pageParam }) => host.call("session_events", { session, limit: EVENTS, ...(pageParam ? { before: pageParam } : {}) }),
    initialPageParam: 0,
    getNextPageParam: (page) => page.before ?? undefined,
    meta: { tags: [`session:${session}`] },
    enabled: session !== "",
  });
}

type Act = "session_take_over" | "session_give_back" | "session_assign" | "session_hand_off" | "session_resolve" | "session_reopen";
export type ActInput = { [A in Act]: { act: A } & Omit<Input<A>, "session"> }[Act];

/** Takes over, gives back, assigns, hands off, resolves, reopens. */
export function useAct(session: string) {
  const host = useHost();
  const client = useQueryClient();
  return useMutation({
    mutationKey: ["act", session],
    mutationFn: ({ act, ...members }: ActInput) => host.call(act, { session, ...members } as never),
    onSettled: () => refresh(client, [`session:${session}`, "sessions"]),
  });
}

export function useSend(session: string) {
  const host = useHost();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (reply: { id: string; text: string }) => host.call("session_reply", { session, ...reply }),
    onSuccess: () => refresh(client, [`session:${session}`, "sessions"]),
  });
}

export function useReplyActs(session: string) {
  const host = useHost();
  const client = useQueryClient();
  const onSettled = () => refresh(client, [`session:${session}`, "replies"]);
  const release = useMutation({ mutationFn: (reply: string) => host.call("replies_release", { reply, session }), onSettled });
  const discard = useMutation({ mutationFn: (reply: string) => host.call("replies_discard", { reply }), onSettled });
  return { release, discard };
}
