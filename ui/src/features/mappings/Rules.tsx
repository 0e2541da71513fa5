import { useId } from "react";
import { Field } from "../../shared/Field";
import type { Edit } from "./Editor";
import { sureAt } from "./dry/evidence";
import type { DryRunState } from "./dry/useDryRun";
import { ValueField } from "./ValueField";
import { OVERWRITE, sureWords, UNSURE } from "./words";
import type { Overwrite, Unsure } from "../../generated";

/** When a value is sure, what stands in for one, and what may be written over. */
export function Rules({ edit, dry }: { edit: Edit; dry: DryRunState }) {
  const { mapping, change } = edit;
  const ai = mapping.source.from === "ai";
  return (
    <>
      <div className="g2">
        {ai && (
          <Field label="When unsure" hint={UNSURE[mapping.unsure].means}>
            <select value={mapping.unsure} onChange={(event) => change({ unsure: event.target.value as Unsure })}>
              {Object.entries(UNSURE).map(([id, { name }]) => <option key={id} value={id}>{name}</option>)}
            </select>
          </Field>
        )}
        <Field label="If it has a value" hint={OVERWRITE[mapping.overwrite].means}>
          <select value={mapping.overwrite} onChange={(event) => change({ overwrite: event.target.value as Overwrite })}>
            {Object.entries(OVERWRITE).map(([id, { name }]) => <option key={id} value={id}>{name}</option>)}
          </select>
        </Field>
      </div>
      {ai && <Threshold edit={edit} dry={dry} />}
      {mapping.source.from !== "static" && <Fallback edit={edit} ai={ai} />}
    </>
  );
}

function Threshold({ edit, dry }: { edit: Edit; dry: DryRunState }) {
  const { mapping, change, problem } = edit;
  const id = useId();
  const wrong = problem("threshold");
  const { sure, found } = sureAt(dry.runs, mapping.id, mapping.threshold);
  return (
    <div className="fld">
      <span className="flex"><label htmlFor={id} className="lab">Unsure means under</label><span className="num end m" aria-hidden="true">{mapping.threshold} %</span></span>
      <input id={id} type="range" min={0} max={100} step={5} value={mapping.threshold} aria-describedby={`${id}-said`} aria-valuetext={`${mapping.threshold} %`} onChange={(event) => change({ threshold: Number(event.target.value) })} />
      <span id={`${id}-said`} className={wrong ? "hint c-act" : "hint"}>{wrong ?? sureWords(mapping.threshold)}{found > 0 && <span className="num"> {sure === found ? `In the dry run ${found === 1 ? "the value" : `all ${found} values`} passed.` : `In the dry run ${sure} of ${found} passed.`}</span>}</span>
    </div>
  );
}

function Fallback({ edit, ai }: { edit: Edit; ai: boolean }) {
  const { mapping, change, problem, connection } = edit;
  return (
    <ValueField
      edit={edit} label={ai ? "Write this when nothing sure is found" : "Write this when there is no value"} value={mapping.fallback} error={problem("fallback")} none="Nothing" onChange={(fallback) => change({ fallback })}
      hint={mapping.fallback === null ? `Nothing: the column stays as ${connection} has it.` : "It stands in for whatever is missing."}
    />
  );
}
