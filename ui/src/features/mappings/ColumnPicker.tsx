import { Command } from "cmdk";
import { useMemo, useState } from "react";
import { createPortal } from "react-dom";
import type { Column, ColumnList, Mapping } from "../../generated";
import { useNow } from "../../shared/clock";
import { Icon } from "../../shared/Icon";
import { Keys } from "../../shared/Kbd";
import { Match } from "../../shared/Match";
import { useFocusKept } from "../../shared/Sheet";
import { useShortcuts } from "../../shared/shortcuts";
import { ago } from "../../shared/time";
import { closed, findColumns, kindIcon, kindWords } from "./kinds";

type Props = { columns: ColumnList; mapped: Mapping[]; crm: string; onPick: (column: Column) => void; onClose: () => void };

/** The case's columns by title, name or type. Those that cannot be mapped stay in sight and say why. */
export function ColumnPicker({ columns, mapped, crm, onPick, onClose }: Props) {
  const box = useFocusKept(true);
  const now = useNow();
  const [words, setWords] = useState("");
  const found = useMemo(() => findColumns(columns.columns, words), [columns, words]);
  const taken = useMemo(() => new Set(mapped.map((one) => one.column)), [mapped]);
  const groups: [string, Column[]][] = words.trim() === ""
    ? [["Required", found.filter((one) => one.required && !one.locked)], ["Columns", found.filter((one) => !one.required && !one.locked)], ["Locked: left to people and to the connection's settings", found.filter((one) => one.locked)]]
    : [["", found]];
  useShortcuts({ Escape: onClose }, { layer: true });
  return createPortal(
    <div className="scrim" onPointerDown={(event) => event.target === event.currentTarget && onClose()}>
      <div ref={box} role="dialog" aria-modal="true" aria-label="Add a column">
        <Command className="pal cols" shouldFilter={false} loop label="Columns of the case">
          <div className="q">
            <Icon name="search" />
            <Command.Input value={words} onValueChange={setWords} placeholder="Title, name or type: date, lookup, text…" data-autofocus />
          </div>
          <Command.List className="scroll">
            <Command.Empty className="t2 pal-none">No column of Case is called “{words.trim()}”. Columns were read {ago(columns.read_at, now)}: close this and read them again if it is new in {crm}.</Command.Empty>
            {groups.map(([name, rows]) => rows.length > 0 && (
              <Command.Group key={name || "found"} {...(name ? { heading: name } : {})}>
                {rows.map((one) => {
                  const why = taken.has(one.name) ? "mapped already" : closed(one);
                  return (
                    <Command.Item key={one.name} value={one.name} className="pi col-item" disabled={why !== null} onSelect={() => onPick(one)}>
                      <Icon name={kindIcon(one.kind)} />
                      <span className="ell"><bdi className="m"><Match text={one.title} words={words.trim()} /></bdi> <code className="t3 f11" dir="ltr"><Match text={one.name} words={words.trim()} /></code></span>
                      <span className="f12 t3 nowrap col-why">{why ?? (one.locked ? <><Icon name="lock" small />{kindWords(one.kind)}, locked</> : one.required && words ? `${kindWords(one.kind)}, required` : kindWords(one.kind))}</span>
                    </Command.Item>
                  );
                })}
              </Command.Group>
            ))}
          </Command.List>
          <div className="ft"><span><Keys keys="↑ ↓" /> move</span><span><Keys keys="↵" /> add</span><span className="end num">{found.length === columns.columns.length ? `${found.length} columns` : `${found.length} of ${columns.columns.length}`}</span></div>
        </Command>
      </div>
    </div>,
    document.body,
  );
}
