import type { Ref } from "react";
import { useState } from "react";
import type { Column, Mapping, MappingAlarm, MappingPart } from "../../generated";
import { IconButton } from "../../shared/Button";
import { Icon } from "../../shared/Icon";
import { EmptyState } from "../../shared/States";
import { Toggle } from "../../shared/Toggle";
import { AlarmNote } from "./AlarmNote";
import { problemAt } from "./draft";
import type { DryRunState } from "./dry/useDryRun";
import { Instruction } from "./Instruction";
import { kindIcon, kindWords } from "./kinds";
import { PaneTabs, type Pane } from "./PaneTabs";
import { Rules } from "./Rules";
import { SegRadio } from "./SegRadio";
import { SourceFields } from "./SourceFields";
import { SynonymsSheet } from "./SynonymsSheet";
import type { Draft } from "./useDraft";
import { SOURCES } from "./words";

export type Edit = {
  connection: string; mapping: Mapping; column: Column | undefined; kind: Column["kind"]; admin: boolean;
  change: (part: Partial<Mapping>) => void;
  problem: (part: MappingPart) => string | undefined;
};

type Props = {
  ref: Ref<HTMLElement>; connection: string; usable: { mapping: Mapping; column: Column | undefined } | undefined; draft: Draft; columns: Column[]; admin: boolean; dry: DryRunState;
  alarms: MappingAlarm[]; saved: Mapping[]; onRemove: (id: string) => void; onTab: (pane: Pane) => void;
};

const BLANK = { ai: { from: "ai" }, static: { from: "static", value: null }, session: { from: "session", attribute: "channel" }, contact: { from: "contact", attribute: "name" }, template: { from: "template", text: "" } } as const;

/** One mapping: what fills it, how sure that must be, and what it may write over. */
export function Editor({ ref, connection, usable, draft, columns, admin, dry, alarms, saved, onRemove, onTab }: Props) {
  const [words, setWords] = useState(false);
  if (!usable) {
    return (
      <section ref={ref} className="pane map-edit" aria-label="Editor" data-region>
        <div className="bar"><h2 className="h2">Mapping</h2><span className="end"><PaneTabs pane="edit" onPane={onTab} /></span></div>
        <EmptyState as="h3" title="No mapping is chosen">A column that you add is set up here.</EmptyState>
      </section>
    );
  }
  const { mapping, column } = usable;
  const kind = column?.kind ?? mapping.kind;
  const title = column?.title ?? mapping.title;
  const edit: Edit = {
    connection, mapping, column, kind, admin,
    change: (part) => draft.change(mapping.id, part),
    problem: (part) => problemAt(draft.problems, mapping.id, part),
  };
  const wrong = edit.problem("column");
  return (
    <section ref={ref} className="pane map-edit" aria-label={`Editor: ${title}`} data-region>
      <div className="bar">
        <span className="t3"><Icon name={kindIcon(kind)} /></span>
        <h2 className="h2 ell" data-tip={title}><bdi>{title}</bdi></h2>
        <span className="f12 t3 nowrap ell kind">{kindWords(kind)}</span>
        <span className="end flex tight">
          {admin && <IconButton icon="bin" label={`Remove the mapping of ${title}`} onClick={() => onRemove(mapping.id)} />}
          <PaneTabs pane="edit" onPane={onTab} />
        </span>
      </div>
      <div className="scroll grow">
        <fieldset className="edit-in" disabled={!admin}>
          <legend className="vh">{title}</legend>
          {alarms.map((alarm) => <AlarmNote key={`${alarm.kind} ${alarm.detail}`} alarm={alarm} edit={edit} columns={columns} taken={draft.mappings} saved={saved} onRemove={() => onRemove(mapping.id)} />)}
          {wrong && alarms.length === 0 && <div className="note act" role="alert"><Icon name="warn" /><div className="grow">{wrong}</div></div>}
          {column?.locked && (
            <Toggle on={mapping.unlocked} set={(unlocked) => edit.change({ unlocked })} disabled={!admin} name="Unlock this column" means="Who owns a case, its state and its contact are left to people and to this connection's settings. Unlocked, the mapping may write it too." />
          )}
          <SegRadio
            legend="Filled from" name={`source-${mapping.id}`} value={mapping.source.from} options={SOURCES.map(({ from, name }) => ({ id: from, name, ...(from === "ai" ? { icon: "ai" as const } : {}) }))}
            onChange={(from) => edit.change({ source: saved.find((one) => one.id === mapping.id && one.source.from === from)?.source ?? BLANK[from] })}
            hint={SOURCES.find((one) => one.from === mapping.source.from)?.means}
          />
          {mapping.source.from === "ai" ? <Instruction edit={edit} onWords={() => setWords(true)} /> : <SourceFields edit={edit} dry={dry} />}
          <Rules edit={edit} dry={dry} />
        </fieldset>
      </div>
      {words && <SynonymsSheet edit={edit} onClose={() => setWords(false)} />}
    </section>
  );
}
