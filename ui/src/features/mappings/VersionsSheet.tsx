import { useEffect, useRef, useState } from "react";
import { useVersion, useVersions } from "../../data/mappings";
import { Button } from "../../shared/Button";
import { useListKeys } from "../../shared/listkeys";
import { Sheet } from "../../shared/Sheet";
import { Bars, ErrorPane, Loading } from "../../shared/States";
import { Time } from "../../shared/Time";
import { toast } from "../../shared/toasts";
import { changes, diff, type Diff } from "./draft";
import type { Draft } from "./useDraft";

/** Earlier versions, what differs from now, and the way back: an old version becomes a draft, and saving makes it a new one. */
export function VersionsSheet({ connection, draft, admin, onClose }: { connection: string; draft: Draft; admin: boolean; onClose: () => void }) {
  const versions = useVersions(connection);
  const [at, setAt] = useState(0);
  const rows = versions.data ?? [];
  const one = rows[at];
  const list = useRef<HTMLDivElement>(null);
  const there = rows.length > 0;
  useEffect(() => {
    if (there) list.current?.focus();
  }, [there]);
  const set = useVersion(connection, one?.version ?? 0);
  const onKeyDown = useListKeys({ count: rows.length, at, go: setAt });
  const shown = set.data && set.data.version === one?.version ? set.data : undefined;
  const difference = shown ? diff(draft.mappings, shown.mappings) : null;
  const restore = () => {
    if (!shown || !one) return;
    const before = draft.mappings;
    draft.put(shown.mappings);
    onClose();
    toast(`Version ${one.version} is back as a draft. Save it to make it count`, () => draft.put(before));
  };
  const foot = admin && <Button kind="primary" small={false} disabled={!shown || !difference || changes(difference) === 0} onClick={restore}>{one ? `Restore version ${one.version} as a draft` : "Restore"}</Button>;
  return (
    <Sheet title="Versions" onClose={onClose} className="wide" foot={foot}>
      {versions.isPending ? <Loading what="the versions"><Bars rows={4} height={50} /></Loading> : versions.isError && rows.length === 0 ? <ErrorPane error={versions.error} what="The versions could not be read" onRetry={() => void versions.refetch()} /> : (
        <div className="versions">
          <div role="listbox" aria-label="Versions, newest first" tabIndex={0} ref={list} className="scroll" onKeyDown={onKeyDown} aria-activedescendant={one ? `version-${one.version}` : undefined}>
            {rows.map((row, i) => (
              <div key={row.version} id={`version-${row.version}`} role="option" aria-selected={i === at} className="vrow" onClick={() => setAt(i)}>
                <span className="flex"><b className="m num">Version {row.version}</b>{i === 0 && <span className="chip">in use</span>}<span className="end f12 t3"><Time at={row.at} as="list" quiet /></span></span>
                <span className="f12 t3 ell"><bdi>{row.author}</bdi>, {row.count} {row.count === 1 ? "mapping" : "mappings"}</span>
              </div>
            ))}
          </div>
          <section aria-label="What differs" aria-live="polite">
            {set.isError && !shown ? <p className="c-act" role="alert">{set.error.message}</p> : one && difference && <Difference version={one.version} difference={difference} unsaved={draft.count > 0} />}
          </section>
        </div>
      )}
    </Sheet>
  );
}

function Difference({ version, difference, unsaved }: { version: number; difference: Diff; unsaved: boolean }) {
  const { added, removed, changed, reordered } = difference;
  if (changes(difference) === 0) return <p className="t2">The same as what stands in the editor.</p>;
  return (
    <div className="differs">
      <h3 className="h3">Restoring version {version} would</h3>
      <ul>
        {added.map((one) => <li key={one.id}><span className="t3">bring back</span> <b className="m"><bdi>{one.title}</bdi></b></li>)}
        {removed.map((one) => <li key={one.id}><span className="t3">take away</span> <b className="m"><bdi>{one.title}</bdi></b></li>)}
        {changed.map(({ after, what }) => <li key={after.id}><span className="t3">change</span> <b className="m"><bdi>{after.title}</bdi></b><span className="t2">: {what.join(", ")}</span></li>)}
        {reordered && <li><span className="t3">change the order</span></li>}
      </ul>
      {unsaved && <p className="f12 t2">What is unsaved here would be replaced.</p>}
    </div>
  );
}
