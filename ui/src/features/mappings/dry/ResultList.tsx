import { useEffect, useRef } from "react";
import type { DryRun, FieldOutcome, Mapping } from "../../../generated";
import { Icon } from "../../../shared/Icon";
import { useListKeys } from "../../../shared/listkeys";
import { sentence } from "../../../shared/sentence";
import { OUTCOMES } from "../words";

type Props = { run: DryRun; mappings: Mapping[]; chosen: string; onChoose: (mapping: string) => void };

/** One conversation: value and note, how sure, and what happens, for each mapping in its order. */
export function ResultList({ run, mappings, chosen, onChoose }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const order = new Map(mappings.map((one, i) => [one.id, i]));
  const rows = [...run.values].sort((a, b) => (order.get(a.mapping) ?? Infinity) - (order.get(b.mapping) ?? Infinity));
  const at = rows.findIndex((one) => one.mapping === chosen);
  const go = (index: number) => {
    const row = rows[index];
    if (row) onChoose(row.mapping);
  };
  const onKeyDown = useListKeys({ count: rows.length, at, go });
  useEffect(() => {
    box.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [chosen, run]);
  return (
    <div className="scroll res">
      <div className="res-head" aria-hidden="true"><span>Field</span><span>Value</span><span>Sure</span><span>What happens</span></div>
      <div ref={box} role="listbox" aria-label="What would be written" tabIndex={0} onKeyDown={onKeyDown} aria-activedescendant={at >= 0 ? `res-${chosen}` : undefined} data-region-focus>
        {rows.map((one) => <Row key={one.mapping} value={one} title={mappings.find((other) => other.id === one.mapping)?.title ?? one.column} selected={one.mapping === chosen} onSelect={() => onChoose(one.mapping)} />)}
      </div>
    </div>
  );
}

/** What is sent, when it is not what people read. */
export const sentAs = ({ value, shown, column }: FieldOutcome) => (typeof value === "string" && shown !== "" && value !== shown && !shown.includes(value) ? `${column} = ${value}` : null);

function Row({ value, title, selected, onSelect }: { value: FieldOutcome; title: string; selected: boolean; onSelect: () => void }) {
  const { name, icon, tone } = OUTCOMES[value.outcome];
  const blank = value.shown === "";
  const sent = sentAs(value);
  // Of nothing nobody can be sure.
  const rated = value.confidence !== null && !(blank && value.confidence === 0);
  const sure = rated ? `${value.confidence} %` : "n/a";
  return (
    <div id={`res-${value.mapping}`} role="option" aria-selected={selected} className="res-row" onClick={onSelect}>
      <span className="m any"><bdi>{title}</bdi><span className="vh">, </span></span>
      <span className="any">
        <bdi className={blank ? "t3" : tone === "act" ? "c-act" : ""}>{blank ? "Blank" : value.shown}</bdi>
        {value.note && <span className="f12 t3 block" dir="auto"><span className="vh">, </span>{sentence(value.note)}</span>}
        {sent && <code className="f11 t3 block ell" dir="ltr" data-tip={sent}><span className="vh">, </span>{sent}</code>}
      </span>
      <span className="conf">{rated && <progress className="meter" max={100} value={value.confidence ?? 0} aria-hidden="true" />}<span className={rated ? "" : "t3"}><span className="vh">, </span>{sure}<span className="vh">{rated && " sure"}, </span></span></span>
      <span className={tone ? `st wraps c-${tone}` : "st wraps"}><Icon name={icon} small />{name}</span>
    </div>
  );
}
