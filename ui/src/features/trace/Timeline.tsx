import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { useListKeys } from "../../shared/listkeys";
import { exactTime, stamp } from "../../shared/time";
import { Gutter } from "./Gutter";
import type { Step } from "./steps";

const ROW = 31;

export function Timeline({ steps, chosen, utc, onSelect, onOpen }: { steps: Step[]; chosen: number; utc: boolean; onSelect: (id: number) => void; onOpen: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  const at = steps.findIndex((step) => step.id === chosen);
  const virtual = useVirtualizer({ count: steps.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: 12, initialRect: { width: 800, height: 700 } });
  const items = virtual.getVirtualItems();
  const go = (index: number) => {
    const step = steps[index];
    if (step) onSelect(step.id);
  };
  const onKeyDown = useListKeys({ count: steps.length, at, go, page: 15, open: onOpen });
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
            const step = steps[item.index];
            return step ? <Line key={step.id} step={step} top={item.start} index={item.index} size={steps.length} selected={step.id === chosen} utc={utc} onSelect={() => { onSelect(step.id); onOpen(); }} /> : null;
          })}
        </div>
      </div>
    </>
  );
}

const TONE = { "": "", ai: "c-ai", time: "c-time", act: "c-act", accent: "c-acc" } as const;

function Line({ step, top, index, size, selected, utc, onSelect }: { step: Step; top: number; index: number; size: number; selected: boolean; utc: boolean; onSelect: () => void }) {
  const time = stamp(step.at, utc);
  const result = step.status ?? (step.kind === "calls" ? "no answer" : null);
  return (
    <div
      id={`step-${step.id}`}
      role="option"
      aria-selected={selected}
      aria-posinset={index + 1}
      aria-setsize={size}
      aria-label={`${time.clock}, ${step.method ? `${step.method} ${step.text}` : `${step.title}: ${step.text}`}${result !== null ? `, ${result}` : ""}${step.failure ? `, ${step.failure}` : ""}`}
      className={step.tone === "time" ? "tl slow" : "tl"}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onSelect}
    >
      <time dateTime={step.at} data-tip={exactTime(step.at)}>{time.clock}<small>{time.ms}</small></time>
      <Gutter cross={step.cross} tone={step.tone} />
      <div className="ti">
        {step.method ? <><span className="meth">{step.method}</span><code className="ell t2" dir="ltr">{step.text}</code></> : <><span className={`m nowrap ${TONE[step.tone]}`}>{step.title}</span><span className="t2 ell" dir="auto">{step.text}</span></>}
      </div>
      <div className="rt num">
        {step.failure && <span className={`ell fail ${TONE[step.tone]}`}>{step.failure}</span>}
        {result !== null && <span className={`code3 ${step.problem ? TONE[step.tone] : ""}`}>{result}</span>}
        {step.took && <span>{step.took}</span>}
      </div>
    </div>
  );
}
