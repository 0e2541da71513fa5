import { closestCenter, DndContext, PointerSensor, useSensor, useSensors, type DragEndEvent } from "@dnd-kit/core";
import { SortableContext, verticalListSortingStrategy } from "@dnd-kit/sortable";
import { useEffect, useRef, useState, type KeyboardEvent, type Ref } from "react";
import type { Column, MappingAlarm } from "../../generated";
import { Button, IconButton } from "../../shared/Button";
import { Icon } from "../../shared/Icon";
import { Keys } from "../../shared/Kbd";
import { placeAfter } from "../../shared/listkeys";
import { sentence } from "../../shared/sentence";
import { useShortcuts } from "../../shared/shortcuts";
import { EmptyState } from "../../shared/States";
import { columnOf } from "./draft";
import { MappingRow } from "./MappingRow";
import type { Draft } from "./useDraft";
import { PaneTabs, type Pane } from "./PaneTabs";

type Props = {
  ref: Ref<HTMLElement>; draft: Draft; columns: Column[]; alarms: MappingAlarm[]; chosen: string; admin: boolean; crm: string;
  onChoose: (id: string) => void; onOpen: () => void; onAdd: () => void; onRemove: (id: string) => void; onTab: (pane: Pane) => void;
};

const inField = (target: EventTarget | null) => target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
/** A click must stay a click: only a real move drags. */
const DRAG_FROM_PX = 4;

/** The mappings in their order. A grid, for its rows hold a switch: arrows move, Right reaches the switch, Alt and arrows move the row. */
export function MappingGrid({ ref, draft, columns, alarms, chosen, admin, crm, onChoose, onOpen, onAdd, onRemove, onTab }: Props) {
  const { mappings } = draft;
  const box = useRef<HTMLDivElement>(null);
  const [part, setPart] = useState<"name" | "switch">("name");
  const [told, setTold] = useState("");
  const hold = useRef(false);
  const at = mappings.findIndex((one) => one.id === chosen);
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: DRAG_FROM_PX } }));

  useEffect(() => {
    if (!hold.current) return;
    hold.current = false;
    box.current?.querySelector<HTMLElement>(`[data-row="${chosen}"] [data-part=${part}]`)?.focus();
  }, [chosen, part, mappings]);

  const move = (id: string, to: number) => {
    const one = mappings.find((other) => other.id === id);
    if (!one || !admin) return;
    draft.move(id, to);
    setTold(`${one.title}: place ${Math.max(0, Math.min(mappings.length - 1, to)) + 1} of ${mappings.length}`);
  };
  const step = (by: number) => {
    if (at < 0 || inField(document.activeElement)) return false;
    hold.current = Boolean(box.current?.contains(document.activeElement));
    move(chosen, at + by);
    return true;
  };
  useShortcuts({ "Alt+ArrowUp": () => step(-1), "Alt+ArrowDown": () => step(1) });
  const onDragEnd = ({ active, over }: DragEndEvent) => {
    if (over && over.id !== active.id) move(String(active.id), mappings.findIndex((one) => one.id === over.id));
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const one = mappings[at];
    const to = event.key.length > 1 ? placeAfter(event.key, at, mappings.length) : null;
    const next = to === null ? undefined : mappings[to];
    const onName = part === "name";
    if (next) {
      hold.current = true;
      onChoose(next.id);
    } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      hold.current = true;
      setPart(event.key === "ArrowRight" ? "switch" : "name");
    } else if (event.key === "Enter" && onName) onOpen();
    else if (event.key === " " && onName && one && admin) draft.change(one.id, { enabled: !one.enabled });
    else if (event.key === "Delete" && one && admin) {
      setPart("name");
      onRemove(one.id);
    } else return;
    event.preventDefault();
  };

  const changed = new Set([...draft.difference.added, ...draft.difference.changed.map(({ after }) => after)].map((one) => one.id));
  const look = new Set([...alarms.map((one) => one.mapping), ...draft.problems.map((one) => one.mapping)]);
  const needs = mappings.filter((one) => look.has(one.id)).length;
  return (
    <section ref={ref} className="pane map-list" aria-label="Mappings" data-region>
      {admin && <div className="lhead">
        <button type="button" className="search add" onClick={onAdd} aria-keyshortcuts="N"><Icon name="plus" small /><span className="ell">Add a column: {columns.length} in Case</span><Keys keys="N" /></button>
      </div>}
      {mappings.length === 0 ? <NothingYet columns={columns} crm={crm} admin={admin} onAdd={onAdd} /> : (
        <DndContext sensors={sensors} collisionDetection={closestCenter} onDragEnd={onDragEnd} accessibility={{ screenReaderInstructions: { draggable: "Alt with the arrow keys moves a mapping." } }}>
          <SortableContext items={mappings.map((one) => one.id)} strategy={verticalListSortingStrategy}>
            <div ref={box} className="scroll grow" role="grid" aria-label="Mappings, in their order" aria-rowcount={mappings.length} onKeyDown={onKeyDown}>
              {mappings.map((one, i) => (
                <MappingRow
                  key={one.id} mapping={one} column={columnOf(columns, one)} place={i + 1} of={mappings.length} selected={one.id === chosen} part={part} admin={admin} changed={changed.has(one.id)}
                  alarm={alarms.find((alarm) => alarm.mapping === one.id)} problem={sentence(draft.problems.find((problem) => problem.mapping === one.id)?.message)} crm={crm}
                  onChoose={(to) => { setPart(to); onChoose(one.id); }} onOpen={onOpen} onToggle={() => draft.change(one.id, { enabled: !one.enabled })}
                />
              ))}
            </div>
          </SortableContext>
        </DndContext>
      )}
      {mappings.length > 0 && <div className="list-foot f12 t3">
        <IconButton icon="up" label="Move up" keys="Alt ↑" disabled={!admin || at <= 0} onClick={() => move(chosen, at - 1)} />
        <IconButton icon="down" label="Move down" keys="Alt ↓" disabled={!admin || at < 0 || at === mappings.length - 1} onClick={() => move(chosen, at + 1)} />
        <span className="nowrap">move</span>
        <span className="end nowrap">{needs > 0 ? <span className="c-act">{needs} {needs === 1 ? "needs" : "need"} a look</span> : `${mappings.filter((one) => one.enabled).length} of ${mappings.length} on`}</span>
        <span className="only-tiny"><PaneTabs pane="list" onPane={onTab} list /></span>
      </div>}
      <span className="vh" role="status">{told}</span>
    </section>
  );
}

function NothingYet({ columns, crm, admin, onAdd }: { columns: Column[]; crm: string; admin: boolean; onAdd: () => void }) {
  const required = columns.filter((one) => one.required).length;
  return (
    <EmptyState as="h2" title="No field is mapped yet" glyph="none" action={admin ? <Button kind="primary" icon="plus" keys="N" onClick={onAdd}>Add a column</Button> : undefined}>
      Cases are made without them. {admin ? "Choose a column, say what belongs there, and try it on a past conversation: a dry run writes nothing." : "An admin can map them."}
      {required > 0 && ` ${crm} requires ${required}: ${required === 1 ? "it stands" : "they stand"} first.`}
    </EmptyState>
  );
}
