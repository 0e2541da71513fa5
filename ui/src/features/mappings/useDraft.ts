import { useMemo, useState } from "react";
import { useAsk, useCheck } from "../../data/mappings";
import type { Column, Mapping, MappingSet, MappingsView, MappingProblem } from "../../generated";
import { asCallError, type CallError } from "../../host";
import { toast } from "../../shared/toasts";
import { changes, diff, moved, newMapping, ordered, rebase } from "./draft";
import { localProblems, unfinished } from "./problems";

/** The mappings as they are being changed, and their way into the next version. */
export function useDraft(connection: string, view: MappingsView, columns: Column[], admin: boolean) {
  const [base, setBase] = useState(view.set);
  const [mappings, setMappings] = useState(() => ordered(view.set.mappings, columns));
  const [compared, setCompared] = useState<MappingSet | null>(null);
  const [error, setError] = useState<CallError | null>(null);
  const [saving, setSaving] = useState(false);
  const begun = useMemo(() => ordered(base.mappings, columns), [base, columns]);
  const difference = useMemo(() => diff(begun, mappings), [begun, mappings]);
  const count = changes(difference);
  const check = useCheck(connection, mappings, admin);
  const [atSave, setAtSave] = useState<{ of: Mapping[]; problems: MappingProblem[] } | null>(null);
  const ask = { check: useAsk("mappings_check"), save: useAsk("mappings_save"), show: useAsk("mappings_show") };

  /** Goes on from a version; what is made of the draft is asked when it happens, so that nothing typed until then is left out. */
  const adopt = (set: MappingSet, draft: (now: Mapping[]) => Mapping[] = () => set.mappings) => {
    setBase(set);
    setMappings((now) => ordered(draft(now), columns));
    setCompared(null);
    setError(null);
    setAtSave(null);
  };
  // Another desk saved while nothing was changed here: theirs is simply shown. A draft is never changed by it.
  if (view.set.version > base.version && count === 0) adopt(view.set);

  const local = useMemo(() => localProblems(mappings, columns), [mappings, columns]);
  const fromEngine = atSave?.of === mappings ? atSave.problems : (check.data ?? []);
  const begunOnly = new Set(atSave ? [] : mappings.filter(unfinished).map((one) => one.id));
  const there = new Set(mappings.map((one) => one.id));
  const problems = [...local, ...fromEngine.filter((one) => !local.some((mine) => mine.mapping === one.mapping && mine.field === one.field))]
    .filter((one) => there.has(one.mapping) && !(begunOnly.has(one.mapping) && one.field === "source"));

  // A save's own version may be shown before its answer is here: that is nobody else's.
  const newer = view.set.version > base.version && !saving ? view.set : null;
  const theirs = compared && newer && newer.version > compared.version ? newer : compared;
  const conflict = useMemo(() => theirs && { theirs, ...rebase(base.mappings, mappings, theirs.mappings) }, [base, mappings, theirs]);

  /** Saves a version; answers the mapping that keeps it from being saved. */
  async function save(): Promise<string | null> {
    if (count === 0 || saving) return null;
    setSaving(true);
    setError(null);
    try {
      const found = [...local, ...(await ask.check.mutateAsync({ connection, mappings }))];
      setAtSave({ of: mappings, problems: found });
      const first = found[0];
      if (first) return first.mapping;
      const { set, problems: kept } = await ask.save.mutateAsync({ connection, based_on: base.version, mappings });
      if (!set) {
        setAtSave({ of: mappings, problems: kept });
        return kept[0]?.mapping ?? null;
      }
      // What was typed while it was checked and saved is the draft of the next version.
      adopt(set, (now) => (now === mappings ? set.mappings : rebase(mappings, now, set.mappings).mappings));
      toast(`Saved as version ${set.version}`);
    } catch (failed) {
      const why = asCallError(failed);
      if (why.code === "conflict") {
        const now = await ask.show.mutateAsync({ connection }).catch(() => null);
        if (now && now.set.version > base.version) setCompared(now.set);
        else setError(why);
      } else setError(why);
    } finally {
      setSaving(false);
    }
    return null;
  }

  const change = (id: string, part: Partial<Mapping>) => setMappings((list) => list.map((one) => (one.id === id ? { ...one, ...part } : one)));
  return {
    base, mappings, count, difference, problems, conflict, error, saving, save, change,
    newer, compare: setCompared,
    /** Theirs becomes what the draft is of: with mine on top, or without mine. */
    onTop: () => conflict && adopt(conflict.theirs, (now) => rebase(base.mappings, now, conflict.theirs.mappings).mappings),
    take: (set: MappingSet) => adopt(set),
    add(column: Column): string {
      const made = newMapping(column);
      setMappings((list) => ordered([...list, made], columns));
      return made.id;
    },
    remove(id: string) {
      const at = mappings.findIndex((one) => one.id === id);
      const gone = mappings[at];
      setMappings((list) => list.filter((one) => one.id !== id));
      // Only this one comes back: what was typed since stays.
      if (gone) toast(`${gone.title} is no longer mapped`, () => setMappings((list) => (list.some((one) => one.id === id) ? list : ordered([...list.slice(0, at), gone, ...list.slice(at)], columns))));
    },
    move: (id: string, to: number) => setMappings((list) => moved(list, columns, id, to)),
    /** Takes a whole list in as a draft: an import, or an older version. */
    put: (list: Mapping[]) => setMappings(ordered(list, columns)),
    discard() {
      const before = mappings;
      setMappings(begun);
      toast("The changes are discarded", () => setMappings(before));
    },
  };
}

export type Draft = ReturnType<typeof useDraft>;
