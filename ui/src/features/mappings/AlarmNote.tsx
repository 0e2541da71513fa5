import { useState } from "react";
import type { Column, Mapping, MappingAlarm } from "../../generated";
import { Button } from "../../shared/Button";
import { Icon } from "../../shared/Icon";
import { sentence } from "../../shared/sentence";
import { goneValues, replaceValue, withoutWords } from "./draft";
import type { Edit } from "./Editor";
import { allowed, closed, kindWord } from "./kinds";
import { alarmWords } from "./words";

type Props = { alarm: MappingAlarm; edit: Edit; columns: Column[]; taken: Mapping[]; saved: Mapping[]; onRemove: () => void };

/** What changed in the CRM under a mapping, and what clears it. */
export function AlarmNote({ alarm, edit, columns, taken, saved, onRemove }: Props) {
  const { mapping, column, connection } = edit;
  const gone = alarm.kind === "value_gone" ? goneValues(mapping, column) : [];
  const touched = JSON.stringify(saved.find((one) => one.id === mapping.id)) !== JSON.stringify(mapping);
  // What was corrected here no longer needs its alarm; the engine puts it away when the version is saved.
  if (touched && ((alarm.kind === "value_gone" && gone.length === 0) || (["renamed", "removed", "retyped"].includes(alarm.kind) && column?.kind.type === mapping.kind.type))) {
    return <div className="note ok" role="status"><Icon name="check" /><div className="grow">Corrected here. It counts from the next saved version on.</div></div>;
  }
  return (
    <div className="note act" role="alert">
      <Icon name="warn" />
      <div className="grow">
        <div className="m">{alarmWords(alarm.kind, column?.title ?? mapping.title, connection)}</div>
        {(alarm.kind === "renamed" || alarm.kind === "retyped") && <div className="f12 t2 any" dir="auto">{sentence(alarm.detail)}</div>}
        {alarm.kind === "refused" && <><blockquote className="code quote" dir="auto">{alarm.detail}</blockquote><div className="f12 t2">Cases are made without it meanwhile. A new version tries it again.</div></>}
        {alarm.kind === "not_writable" && <div className="f12 t2">Give its user the right to edit this column. Cases are made without it meanwhile.</div>}
        {alarm.kind === "value_gone" && gone.length === 0 && <div className="f12 t2 any" dir="auto">{sentence(alarm.detail)}</div>}
        {edit.admin && (alarm.kind === "renamed" || alarm.kind === "removed") && <OtherColumn edit={edit} columns={columns} taken={taken} onRemove={onRemove} />}
        {edit.admin && alarm.kind === "retyped" && column && (
          <div className="flex note-acts"><Button onClick={() => edit.change({ kind: column.kind, title: column.title, ...(mapping.source.from === "static" ? { source: { from: "static", value: null } } : {}), fallback: null, synonyms: {} })}>Use it as {kindWord(column.kind).toLowerCase()}</Button><Button danger onClick={onRemove}>Remove the mapping</Button></div>
        )}
        {edit.admin && gone.map((value) => <Replace key={value} edit={edit} gone={value} />)}
      </div>
    </div>
  );
}

/** A column in the place of one that is gone: the likeliest first. */
function OtherColumn({ edit, columns, taken, onRemove }: { edit: Edit; columns: Column[]; taken: Mapping[]; onRemove: () => void }) {
  const { mapping, change } = edit;
  const free = columns.filter((one) => closed(one) === null && !taken.some((other) => other.column === one.name));
  const likely = free.find((one) => one.name.toLowerCase() === mapping.column.toLowerCase()) ?? free.find((one) => one.title === mapping.title);
  const near = [...free].sort((a, b) => Number(b.kind.type === mapping.kind.type) - Number(a.kind.type === mapping.kind.type));
  const [named, setNamed] = useState(likely?.name ?? "");
  const to = free.find((one) => one.name === named);
  return (
    <div className="flex note-acts wrap">
      <select className="inp small" aria-label="Column to use instead" value={named} onChange={(event) => setNamed(event.target.value)}>
        <option value="">Another column…</option>
        {near.map((one) => <option key={one.name} value={one.name}>{one.title} ({one.name})</option>)}
      </select>
      <Button disabled={!to} onClick={() => to && change({ column: to.name, title: to.title, kind: to.kind })}>Use it</Button>
      <Button danger onClick={onRemove}>Remove the mapping</Button>
    </div>
  );
}

function Replace({ edit, gone }: { edit: Edit; gone: string }) {
  const { mapping, kind, change } = edit;
  const [named, setNamed] = useState("");
  const old = allowed(mapping.kind).find((one) => one.value === gone)?.label ?? gone;
  return (
    <div className="note-acts">
      <div className="f12 t2">Pick what replaces “<bdi>{old}</bdi>”:</div>
      <div className="flex">
        <select className="inp small grow" aria-label={`Instead of ${old}`} value={named} onChange={(event) => setNamed(event.target.value)}>
          <option value="">Choose…</option>
          {allowed(kind).map((one) => <option key={one.value} value={one.value}>{one.label}</option>)}
        </select>
        <Button disabled={named === ""} onClick={() => change(replaceValue(mapping, gone, named))}>Replace</Button>
        <Button kind="ghost" onClick={() => change(dropValue(mapping, gone))}>Drop it</Button>
      </div>
    </div>
  );
}

function dropValue(mapping: Mapping, gone: string): Partial<Mapping> {
  const synonyms = withoutWords(mapping.synonyms, gone);
  const without = (value: unknown) => (Array.isArray(value) ? value.filter((one) => one !== gone) : value === gone ? null : value);
  return { synonyms, fallback: without(mapping.fallback), ...(mapping.source.from === "static" ? { source: { from: "static", value: without(mapping.source.value) } } : {}) };
}
