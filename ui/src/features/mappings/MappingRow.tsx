import { useSortable } from "@dnd-kit/sortable";
import { CSS } from "@dnd-kit/utilities";
import type { Column, Mapping, MappingAlarm } from "../../generated";
import { Icon } from "../../shared/Icon";
import { kindIcon, kindWord } from "./kinds";
import { alarmWords, sourceName } from "./words";

type Props = {
  mapping: Mapping; column: Column | undefined; place: number; of: number; selected: boolean; part: "name" | "switch"; admin: boolean; changed: boolean; crm: string;
  alarm: MappingAlarm | undefined; problem: string; onChoose: (part: "name" | "switch") => void; onOpen: () => void; onToggle: () => void;
};

export function MappingRow({ mapping, column, place, of, selected, part, admin, changed, crm, alarm, problem, onChoose, onOpen, onToggle }: Props) {
  const { setNodeRef, setActivatorNodeRef, listeners, transform, transition, isDragging } = useSortable({ id: mapping.id, disabled: !admin });
  const title = column?.title ?? mapping.title;
  const trouble = problem || (alarm ? alarmWords(alarm.kind, title, crm) : undefined);
  const source = sourceName(mapping.source);
  // What stands in the cell is its name; this is what only its signs and the switch beside it say.
  const unseen = [kindWord(column?.kind ?? mapping.kind), mapping.enabled ? "on" : "off", changed && "not saved", trouble].filter(Boolean).join(", ");
  const stop = (which: "name" | "switch") => (selected && part === which ? 0 : -1);
  return (
    <div
      ref={setNodeRef} role="row" aria-rowindex={place} aria-selected={selected} data-row={mapping.id} className={isDragging ? "mrow dragged" : "mrow"}
      style={{ transform: CSS.Translate.toString(transform), transition }}
    >
      <div role="gridcell" data-part="name" className="mcell" tabIndex={stop("name")} onClick={() => onChoose("name")} onDoubleClick={onOpen}>
        <span ref={setActivatorNodeRef} className={admin ? "grip" : "grip off"} {...listeners} data-tip="Drag, or Alt ↑ ↓"><Icon name="grip" small /></span>
        <span className="t3"><Icon name={kindIcon(column?.kind ?? mapping.kind)} /></span>
        <span className="mname">
          <span className="flex tight"><bdi className="m ell" data-tip={title}>{title}</bdi>{column?.required && <span className="f11 t3"><span className="vh">, </span>required</span>}{changed && <span className="unsaved" data-tip="Not saved yet" />}</span>
          <span className="vh">, </span>
          <code className="ell f11 t3 block" dir="ltr">{mapping.column}</code>
          <span className="vh">, {unseen}, from </span>
        </span>
        {trouble && <span className="c-act" data-tip={trouble}><Icon name="warn" /></span>}
        <span className={mapping.source.from === "ai" ? "f12 c-ai from" : "f12 t3 from"}>{mapping.source.from === "ai" && <Icon name="ai" small />}{source}</span>
        <span className="vh">, {place} of {of}</span>
      </div>
      <div role="gridcell" className="msw">
        <button type="button" role="switch" data-part="switch" aria-checked={mapping.enabled} aria-label={`${title}: fill it`} className="sw" tabIndex={stop("switch")} disabled={!admin} onClick={() => { onChoose("switch"); onToggle(); }} />
      </div>
    </div>
  );
}
