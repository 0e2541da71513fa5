import { useState } from "react";
import { useAsk } from "../../../data/mappings";
import { useSessions } from "../../../data/sessions";
import type { DryRun, Mapping, SessionRow } from "../../../generated";
import type { CallError } from "../../../host";

export type Picked = { id: string; name: string; channel: string };
export const pickedOf = (row: SessionRow): Picked => ({ id: row.id, name: row.contact_name ?? row.contact_address ?? row.external_id, channel: row.channel });

/** A dry run: what the mappings, as they stand in the editor, would make of past conversations. Nothing is written anywhere. */
export function useDryRun(connection: string, mappings: Mapping[], session: string | undefined) {
  const recent = useSessions("all", "");
  const rows = recent.data?.pages[0]?.rows ?? [];
  const [own, setOwn] = useState<Picked[] | null>(null);
  const [shown, setShown] = useState(0);
  const [done, setDone] = useState<{ runs: DryRun[]; of: Picked[]; mappings: Mapping[] } | null>(null);
  const ask = useAsk("mappings_dry_run");
  const asked = session ? rows.find((row) => row.id === session) : undefined;
  const first = session ? { id: session, name: asked?.contact_name ?? session, channel: asked?.channel ?? "web" } : rows[0] && pickedOf(rows[0]);
  const picked = own ?? (first ? [first] : []);

  const run = (of = picked) => {
    if (of.length === 0 || ask.isPending) return;
    ask.mutate({ connection, sessions: of.map((one) => one.id), mappings }, { onSuccess: (runs) => { setDone({ runs, of, mappings }); setShown((at) => Math.min(at, runs.length - 1)); } });
  };
  return {
    picked, run: () => run(), runs: done?.runs ?? [], names: done?.of ?? [], shown, setShown,
    /** Takes other conversations, and tries them at once. */
    pick(of: Picked[]) {
      setOwn(of);
      setShown(0);
      run(of);
    },
    /** The mappings were changed since. */
    outdated: done !== null && done.mappings !== mappings,
    busy: ask.isPending, error: ask.error as CallError | null,
    none: recent.isSuccess && rows.length === 0, unknown: recent.isPending,
  };
}

export type DryRunState = ReturnType<typeof useDryRun>;
