import { useEffect, useRef, useState } from "react";
import { useHost } from "../../../data/client";
import { useSessions } from "../../../data/sessions";
import type { DryRun, Mapping, SessionRow } from "../../../generated";
import { asCallError, type CallError } from "../../../host";

export type Picked = { id: string; name: string; channel: string };
export const pickedOf = (row: SessionRow): Picked => ({ id: row.id, name: row.contact_name ?? row.contact_address ?? row.external_id, channel: row.channel });

/** What was read so far, of which conversations, under which mappings. */
type Reading = { runs: DryRun[]; of: Picked[]; mappings: Mapping[] };

/** A dry run: what the mappings, as they stand in the editor, would make of past conversations. Nothing is written anywhere. */
export function useDryRun(connection: string, mappings: Mapping[], session: string | undefined) {
  const host = useHost();
  const recent = useSessions("all", "");
  const rows = recent.data?.pages[0]?.rows ?? [];
  const [own, setOwn] = useState<Picked[] | null>(null);
  const [shown, setShown] = useState(0);
  const [last, setLast] = useState<Reading | null>(null);
  const [done, setDone] = useState<Reading | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CallError | null>(null);
  const turn = useRef(0);
  // Nobody is there any more to see what the rest would give, and a model asks for money.
  useEffect(() => () => void (turn.current += 1), []);
  const asked = session ? rows.find((row) => row.id === session) : undefined;
  const first = session ? { id: session, name: asked?.contact_name ?? session, channel: asked?.channel ?? "web" } : rows[0] && pickedOf(rows[0]);
  const picked = own ?? (first ? [first] : []);

  /** One conversation to a call: each is shown as soon as it is read, and none waits for all of them. */
  async function run(of: Picked[], before: DryRun[] = []) {
    if (of.length === 0) return;
    const mine = (turn.current += 1);
    let reading: Reading = { runs: before, of, mappings };
    setLast(reading);
    setError(null);
    setBusy(true);
    try {
      for (const one of of.slice(before.length)) {
        const more = await host.call("mappings_dry_run", { connection, sessions: [one.id], mappings });
        if (turn.current !== mine) return;
        const runs = [...reading.runs, ...more];
        reading = { ...reading, runs };
        setLast(reading);
        setDone(reading);
        setShown((at) => Math.min(at, runs.length - 1));
      }
    } catch (failed) {
      if (turn.current !== mine) return;
      setError(asCallError(failed));
    }
    setBusy(false);
  }
  const read = { now: last?.runs.length ?? 0, of: last?.of.length ?? 0 };
  return {
    picked, runs: done?.runs ?? [], names: done?.of ?? [], shown, setShown,
    run: () => { if (!busy) void run(picked); },
    /** Goes on with those that were not read yet; what was read under other mappings is read again. */
    goOn: () => void (last && run(last.of, last.mappings === mappings ? last.runs : [])),
    /** The conversation that is being read is the last. */
    stop() {
      turn.current += 1;
      setBusy(false);
    },
    /** Takes other conversations, and tries them at once. */
    pick(of: Picked[]) {
      setOwn(of);
      setShown(0);
      void run(of);
    },
    /** The mappings were changed since. */
    outdated: done !== null && done.mappings !== mappings,
    busy, error,
    /** How many of the conversations that were asked for are read. */
    read,
    none: recent.isSuccess && rows.length === 0, unknown: recent.isPending,
  };
}

export type DryRunState = ReturnType<typeof useDryRun>;
