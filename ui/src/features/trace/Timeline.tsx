import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, type KeyboardEvent } from "react";
import { Icon } from "../../shared/Icon";
import { useListKeys } from "../../shared/listkeys";
import { exactTime, stamp } from "../../shared/time";
import { Gutter } from "./Gutter";
import { outageWords, type Outage, type Row } from "./outages";
import type { Step } from "./steps";

const ROW = 31;
const BAND = 38;

/** A step's own id, or an outage's: below zero, so that the two never meet. */
const idOf = (row: Row) => (row.type === "band" ? row.outage.id : row.step.id);

type Props = { rows: Row[]; next: { at: string; title: string; text: string } | null; chosen: number; utc: boolean; onSelect: (id: number) => void; onOpen: () => void; onFold: (outage: number, open: boolean) => void };

export function Timeline({ rows, next, chosen, utc, onSelect, onOpen, onFold }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const at = rows.findIndex((row) => idOf(row) === chosen);
  const virtual = useVirtualizer({
    count: rows.length, getScrollElement: () => box.current, estimateSize: (i) => (rows[i]?.type === "band" ? BAND : ROW), getItemKey: (i) => (rows[i] ? idOf(rows[i]) : i), overscan: 12, initialRect: { width: 800, height: 700 },
  });
  // A band that opens or folds moves what is under it.
  const bands = rows.map((row, i) => (row.type === "band" ? i : "")).join();
  useEffect(() => virtual.measure(), [bands, virtual]);
  const items = virtual.getVirtualItems();
  const go = (index: number) => {
    const row = rows[index];
    if (row) onSelect(idOf(row));
  };
  const onListKey = useListKeys({ count: rows.length, at, go, page: 15, open: onOpen });
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[at];
    // Left folds the outage that a step is in, Right opens it.
    if (row && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
      const band = rows.slice(0, at + 1).findLast((one) => one.type === "band");
      if (band?.type === "band" && (row.type === "band" || row.slow)) {
        event.preventDefault();
        onFold(band.outage.id, event.key === "ArrowRight");
        if (event.key === "ArrowLeft") onSelect(band.outage.id);
        return;
      }
    }
    onListKey(event);
  };
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at);
  }, [at, virtual]);

  return (
    <>
      <div className="thead" aria-hidden="true">
        <span>Time</span>
        <span className="lanes3"><span className="l-c">Cust.</span><span className="l-u">Us</span><span className="l-r">CRM</span></span>
        <span>Step</span>
        <span>Result</span>
      </div>
      <div ref={box} className="scroll grow" role="listbox" aria-label="Steps" tabIndex={0} onKeyDown={onKeyDown} aria-activedescendant={at >= 0 && items.some((item) => item.index === at) ? `step-${chosen}` : undefined} data-region-focus>
        <div role="presentation" className="tall" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            const place = { top: item.start, index: item.index, size: rows.length, selected: idOf(row) === chosen };
            return row.type === "band"
              ? <Band key={row.outage.id} outage={row.outage} open={row.open} {...place} onSelect={() => { onSelect(row.outage.id); onFold(row.outage.id, !row.open); }} />
              : <Line key={row.step.id} step={row.step} slow={row.slow} {...place} utc={utc} onSelect={() => { onSelect(row.step.id); onOpen(); }} />;
          })}
        </div>
      </div>
      {next && (
        <div className="tl next due" role="status">
          <time className="num">{next.at}</time>
          <Gutter cross="both" tone="" />
          <div className="ti"><span className="m nowrap">{next.title}</span><span className="ell">{next.text}</span></div>
          <span />
        </div>
      )}
    </>
  );
}

type Place = { top: number; index: number; size: number; selected: boolean; onSelect: () => void };
const MOST_BARS = 12;

/** The head of an outage: how long, how often it was tried, how it ended. */
function Band({ outage, open, top, index, size, selected, onSelect }: Place & { outage: Outage; open: boolean }) {
  const tries = outage.tries.length;
  return (
    <div
      id={`step-${outage.id}`} role="option" aria-selected={selected} aria-posinset={index + 1} aria-setsize={size}
      className="tl-band" style={{ transform: `translateY(${top}px)` }} onClick={onSelect}
    >
      <span className="c-time"><Icon name="retry" small /></span>
      <span className="ell grow"><b>{outageWords(outage)}</b> <span className="t2">Nothing was lost or written twice.</span></span>
      <span className="num nowrap"><span className="vh"> </span>{tries} tries<span className="vh">, {open ? "unfolded" : "folded"}</span></span>
      <span className="bars" aria-hidden="true">{outage.tries.slice(-MOST_BARS).map((good, i) => <i key={i} className={good ? "k" : "x"} />)}</span>
      <span className={open ? "" : "folded"}><Icon name="down" small /></span>
    </div>
  );
}

const TONE = { "": "", ai: "c-ai", time: "c-time", act: "c-act", accent: "c-acc" } as const;

function Line({ step, slow, top, index, size, selected, utc, onSelect }: Place & { step: Step; slow: boolean; utc: boolean }) {
  const time = stamp(step.at, utc);
  const result = step.status ?? (step.kind === "calls" ? "no answer" : null);
  return (
    <div
      id={`step-${step.id}`}
      role="option"
      aria-selected={selected}
      aria-posinset={index + 1}
      aria-setsize={size}
      className={slow || step.tone === "time" ? "tl slow" : "tl"}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onSelect}
    >
      <time dateTime={step.at} data-tip={exactTime(step.at)}>{time.clock}<small>{time.ms}</small></time>
      <Gutter cross={step.cross} tone={step.tone} />
      <div className="ti">
        <span className="vh">, </span>
        {step.method ? <><span className="meth">{step.method}</span><span className="vh"> </span><code className="ell t2" dir="ltr">{step.text}</code></> : <><span className={`m nowrap ${TONE[step.tone]}`}>{step.title}</span><span className="vh">: </span><span className="t2 ell" dir="auto">{step.text}</span></>}
      </div>
      <div className="rt num">
        {step.failure && <span className={`ell fail ${TONE[step.tone]}`}><span className="vh">, </span>{step.failure}</span>}
        {result !== null && <span className={`code3 ${step.problem ? TONE[step.tone] : ""}`}><span className="vh">, </span>{result}</span>}
        {step.took && <span><span className="vh">, </span>{step.took}</span>}
      </div>
    </div>
  );
}
