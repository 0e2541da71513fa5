import { useRef, useState, type ReactNode } from "react";
import type { ColumnList, ConnectionView, MappingsView } from "../../generated";
import { useShortcuts } from "../../shared/shortcuts";
import { AnalystSheet } from "./AnalystSheet";
import { ColumnPicker } from "./ColumnPicker";
import { ConflictNote, SaveProblem } from "./ConflictNote";
import { columnOf } from "./draft";
import { DryRunPane } from "./dry/DryRunPane";
import { useDryRun } from "./dry/useDryRun";
import { Editor } from "./Editor";
import { LeaveGuard } from "./LeaveGuard";
import { MappingGrid } from "./MappingGrid";
import { Toolbar, type Over } from "./Toolbar";
import { TransferSheet } from "./TransferSheet";
import { useDraft } from "./useDraft";
import { VersionsSheet } from "./VersionsSheet";

type Props = { connection: ConnectionView; view: MappingsView; columns: ColumnList; admin: boolean; tabs: ReactNode; note: ReactNode; first: string | undefined; session: string | undefined };

/** Lists, changes and tries the mappings of one connection. */
export function Workbench({ connection, view, columns, admin, tabs, note, first, session }: Props) {
  const draft = useDraft(connection.name, view, columns.columns, admin);
  const [chosen, setChosen] = useState(() => (view.set.mappings.find((one) => one.id === first || one.column === first) ?? draft.mappings[0])?.id ?? "");
  const [tab, setTab] = useState<"list" | "edit" | "dry">(first ? "edit" : "list");
  const [over, setOver] = useState<Over>(null);
  const editor = useRef<HTMLElement>(null);
  const list = useRef<HTMLElement>(null);
  const dry = useDryRun(connection.name, draft.mappings, session);
  const one = draft.mappings.find((other) => other.id === chosen) ?? draft.mappings[0];

  const toEditor = () => {
    setTab("edit");
    // The pane may only now come into view.
    requestAnimationFrame(() => {
      const find = (what: string) => editor.current?.querySelector<HTMLElement>(what);
      (find("[data-first]") ?? find("input:checked") ?? find("button"))?.focus();
    });
  };
  const toList = () => {
    setTab("list");
    const focus = () => {
      const find = (what: string) => list.current?.querySelector<HTMLElement>(what);
      const stop = find("[role=grid] [tabindex='0']") ?? find("button");
      stop?.focus();
      return stop === document.activeElement;
    };
    // At once where the list is in view, so that the next key already is the list's; else when it has come into view.
    if (!focus()) requestAnimationFrame(focus);
  };
  const show = (id: string) => {
    setChosen(id);
    setTab("edit");
    requestAnimationFrame(() => {
      const find = (what: string) => editor.current?.querySelector<HTMLElement>(what);
      (find("[aria-invalid=true]") ?? find("[data-first]"))?.focus();
    });
  };
  const remove = (id: string) => {
    const at = draft.mappings.findIndex((other) => other.id === id);
    setChosen((draft.mappings[at + 1] ?? draft.mappings[at - 1])?.id ?? "");
    draft.remove(id);
    toList();
  };
  const save = async () => {
    const stops = await draft.save();
    if (stops) show(stops);
  };
  const run = () => {
    if (!admin) return;
    setTab("dry");
    dry.run();
  };
  const add = () => (admin ? setOver("columns") : undefined);
  useShortcuts({
    n: () => (admin ? setOver("columns") : false),
    "Ctrl+s": () => (admin ? void save() : false),
    "Ctrl+Enter": run,
    Escape: () => (list.current?.contains(document.activeElement) ? false : toList()),
  });

  const usable = one && { mapping: one, column: columnOf(columns.columns, one) };
  return (
    <div className="page mappings">
      <Toolbar connection={connection} draft={draft} columns={columns} admin={admin} tabs={tabs} onOver={setOver} onProblem={show} onSave={() => void save()} />
      <div>
        {note}
        <ConflictNote draft={draft} />
        <SaveProblem draft={draft} />
      </div>
      <div className="maps" data-tab={tab}>
        <MappingGrid
          ref={list} draft={draft} columns={columns.columns} alarms={view.alarms} chosen={one?.id ?? ""} admin={admin} crm={connection.name}
          onChoose={setChosen} onOpen={toEditor} onAdd={add} onRemove={remove} onTab={setTab}
        />
        <Editor
          key={one?.id ?? ""} ref={editor} connection={connection.name} usable={usable} draft={draft} columns={columns.columns} admin={admin} dry={dry}
          alarms={view.alarms.filter((alarm) => alarm.mapping === one?.id)} saved={view.set.mappings} onRemove={remove} onTab={setTab}
        />
        <DryRunPane admin={admin} dry={dry} mappings={draft.mappings} chosen={one?.id ?? ""} onChoose={setChosen} onRun={run} onTab={setTab} onAnalyst={() => setOver("analyst")} />
      </div>
      {over === "columns" && <ColumnPicker columns={columns} mapped={draft.mappings} crm={connection.name} onClose={() => setOver(null)} onPick={(column) => { setOver(null); setChosen(draft.add(column)); toEditor(); }} />}
      {over === "versions" && <VersionsSheet connection={connection.name} draft={draft} admin={admin} onClose={() => setOver(null)} />}
      {over === "transfer" && <TransferSheet connection={connection.name} draft={draft} onClose={() => setOver(null)} />}
      {over === "analyst" && <AnalystSheet onClose={() => setOver(null)} />}
      <LeaveGuard dirty={draft.count > 0} />
    </div>
  );
}
