import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";
import type { Choice, Destination, NotOpened, Place } from "../host";
import { useHost } from "./client";
import { useFirstPaint } from "./shown";

/** The window around this page; undefined in a browser. */
export const useDesk = () => useHost().desk;

/** Leads to a conversation, a case's conversation or a screen. What is not found is said by `trouble`. */
function useLead() {
  const host = useHost();
  const navigate = useNavigate();
  const [trouble, setTrouble] = useState<NotOpened | null>(null);
  const lead = useCallback((to: Destination) => {
    const session = (s: string) => navigate({ to: "/inbox/$view", params: { view: "all" }, search: { s } });
    setTrouble(null);
    switch (to.kind) {
      case "session": return void session(to.id);
      case "case":
        return void host.call("find", { text: to.id }).then((found) => session(found.session), (error: unknown) =>
          setTrouble({ message: `The link to case ${to.id} leads nowhere.`, hint: error instanceof Error ? error.message : "" }));
      case "needs_person": return void navigate({ to: "/inbox/$view", params: { view: "needs_person" }, search: {} });
      case "deliveries": return void navigate({ to: "/deliveries" });
      case "connections": return void navigate({ to: "/integrations" });
      case "refused": return setTrouble({ message: "That link was not understood, so nothing was opened.", hint: "Links look like casebridge://session/… or casebridge://case/…" });
    }
  }, [host, navigate]);
  return { lead, trouble, setTrouble };
}

/** Tells the window that the first list is painted, and follows it from then on: where the engine is, where links lead. */
export function useWindow() {
  const desk = useDesk();
  const client = useQueryClient();
  const { lead, trouble, setTrouble } = useLead();

  useFirstPaint(useCallback(() => {
    void desk?.ready().then(({ place, to }) => {
      client.setQueryData(["place"], place);
      if (to) lead(to);
    }, () => undefined);
  }, [desk, client, lead]));

  useEffect(() => {
    if (!desk) return;
    const ends = [desk.onPlace((place) => client.setQueryData(["place"], place)), desk.onNavigate(lead), desk.onNotOpened(setTrouble)];
    return () => ends.forEach((end) => end());
  }, [desk, client, lead, setTrouble]);

  return { trouble, dismiss: () => setTrouble(null) };
}

/** Where the engine is; null in a browser, and until the window said so. */
export function usePlace(): Place | null {
  const { data } = useQuery<Place | null>({ queryKey: ["place"], queryFn: () => null, enabled: false, meta: { tags: [] } });
  return data ?? null;
}

type Switch = { to: "join"; link: string } | { to: "leave" } | { to: "find" };

/** Joins a team's server, leaves it, or looks for the engine of this computer again. */
export function useSwitch() {
  const desk = useDesk();
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async (where: Switch) => {
      if (!desk) throw new Error("this page is not in a window");
      return where.to === "join" ? desk.join(where.link) : where.to === "leave" ? desk.leave() : desk.findEngine();
    },
    onSuccess: async (place) => {
      // Another engine has other conversations: nothing of the former one may stand there.
      client.setQueryData(["place"], place);
      await client.resetQueries({ predicate: (query) => query.queryKey[0] !== "place" });
      void client.invalidateQueries({ queryKey: ["this_computer"] });
      void navigate({ to: "/inbox/$view", params: { view: "all" }, search: {} });
    },
  });
}

export function useThisComputer() {
  const desk = useDesk();
  return useQuery({ queryKey: ["this_computer"], queryFn: () => desk?.thisComputer() ?? null, enabled: Boolean(desk), meta: { tags: [] } });
}

export function useChoose() {
  const desk = useDesk();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (choice: Choice) => desk?.choose(choice) ?? null,
    onSuccess: (now) => client.setQueryData(["this_computer"], now),
  });
}
