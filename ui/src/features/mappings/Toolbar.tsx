import type { ReactNode } from "react";
import { useColumnsAgain } from "../../data/mappings";
import type { ColumnList, ConnectionView } from "../../generated";
import { Button } from "../../shared/Button";
import { useNow } from "../../shared/clock";
import { Icon } from "../../shared/Icon";
import { ago, exactTime, shortTime } from "../../shared/time";
import type { Draft } from "./useDraft";

export type Over = "columns" | "versions" | "transfer" | "analyst" | null;
type Props = { connection: ConnectionView; draft: Draft; columns: ColumnList; admin: boolean; tabs: ReactNode; onOver: (over: Over) => void; onProblem: (mapping: string) => void; onSave: () => void };

export function Toolbar({ connection, draft, columns, admin, tabs, onOver, onProblem, onSave }: Props) {
  const now = useNow(10_000);
  const again = useColumnsAgain(connection.name);
  const { base, count } = draft;
  const age = ago(columns.read_at, now);
  const stop = new Set(draft.problems.map((one) => one.mapping)).size;
  return (
    <header className="bar" data-region>
      <h1 className="h1">Field mappings</h1>
      {tabs}
      {admin && <Button
        kind="ghost" icon="retry" onClick={() => again.mutate()} disabled={again.isPending} className={again.isError ? "c-act" : columns.stale ? "c-time" : ""}
        aria-label={`Columns read ${age}: read them again from ${connection.name}`}
        data-tip={again.isError ? `${connection.name} did not tell its columns: ${again.error.message} Those of ${age} are shown.` : `${exactTime(columns.read_at)}\nRead them again from ${connection.name}`}
      >
        {again.isPending ? "Reading columns" : again.isError ? "Columns not read" : <span className="nowrap"><span className="hide-narrow">Columns read </span>{age}</span>}
      </Button>}
      <span className="end flex tight">
        {count > 0
          ? <span className="f12 t2 nowrap" role="status">{count} unsaved{stop > 0 && <>, <button type="button" className="linkish c-act" onClick={() => onProblem(draft.problems[0]?.mapping ?? "")}>{stop} to correct</button></>}</span>
          : base.version > 0 && <span className="f12 t3 nowrap ell by" data-tip={exactTime(base.at)}>v{base.version} by <bdi>{base.author}</bdi>, {shortTime(base.at, now)}</span>}
        {count > 0 && <Button kind="ghost" onClick={draft.discard}>Discard</Button>}
        <Button kind="ghost" onClick={() => onOver("versions")} disabled={base.version === 0}>Versions</Button>
        {admin && <Button kind="ghost" onClick={() => onOver("transfer")} className="hide-tiny">Export, import</Button>}
        {admin
          ? <Button kind="primary" keys="Ctrl S" onClick={onSave} disabled={count === 0 || draft.saving}>{draft.saving ? "Saving" : count === 0 && base.version > 0 ? "Saved" : `Save as v${base.version + 1}`}</Button>
          : <span className="f12 t3 flex tight nowrap"><Icon name="lock" small />Admins change these</span>}
      </span>
    </header>
  );
}
