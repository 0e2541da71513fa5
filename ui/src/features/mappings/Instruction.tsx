import { Field } from "../../shared/Field";
import { Icon } from "../../shared/Icon";
import { goneValues } from "./draft";
import type { Edit } from "./Editor";
import { allowed, isChoice } from "./kinds";

export const INSTRUCTION_MOST = 2_000;
const CHIPS = 24;

/** What the AI is told, and what it may choose from. */
export function Instruction({ edit, onWords }: { edit: Edit; onWords: () => void }) {
  const { mapping, kind, change, problem, connection } = edit;
  const length = [...mapping.instruction].length;
  return (
    <>
      <Field label="Tell the AI what belongs here" error={problem("instruction")} hint={<span className="num">{length === 0 ? "Without it, the title alone says what is looked for." : `${length} of ${INSTRUCTION_MOST.toLocaleString("en")} characters`}</span>}>
        <textarea data-first rows={4} maxLength={Math.max(INSTRUCTION_MOST, length)} value={mapping.instruction} dir="auto" className="area grows" placeholder={`What “${mapping.title}” means to your team, and what it is not`} onChange={(event) => change({ instruction: event.target.value })} />
      </Field>
      {isChoice(kind) && <Choices edit={edit} crm={connection} onWords={onWords} />}
    </>
  );
}

function Choices({ edit, crm, onWords }: { edit: Edit; crm: string; onWords: () => void }) {
  const { mapping, kind, column, problem } = edit;
  const values = allowed(kind);
  const gone = goneValues(mapping, column);
  const words = Object.values(mapping.synonyms).reduce((sum, list) => sum + list.length, 0);
  const broken = gone.filter((value) => mapping.synonyms[value]).length;
  const wrong = problem("synonyms");
  const old = (value: string) => allowed(mapping.kind).find((one) => one.value === value)?.label ?? value;
  return (
    <div className="fld">
      <span className="lab">It may choose from <span className="t3 plain">what {crm} allows now</span></span>
      {values.length === 0
        ? <span className="hint">Too many to list: what the AI reads is looked up in {crm} by its name. Only a row that is found is written.</span>
        : (
          <ul className="tags">
            {values.slice(0, CHIPS).map((one) => <li key={one.value} className="chip"><bdi className="ell">{one.label}</bdi></li>)}
            {values.length > CHIPS && <li className="chip">and {values.length - CHIPS} more</li>}
            {gone.map((value) => <li key={value} className="chip act"><Icon name="close" small label="gone:" /><s><bdi>{old(value)}</bdi></s></li>)}
          </ul>
        )}
      <span className={wrong ? "hint c-act" : "hint"}>
        {wrong ?? (kind.type === "lookup" ? `Labels become ${crm} ids when written.` : "No other value is ever sent.")}{" "}
        {values.length > 0 && <>Words customers use: <button type="button" className="linkish" onClick={onWords}>{words === 0 ? "add some" : `${words} ${words === 1 ? "synonym" : "synonyms"}`}{broken > 0 ? `, ${broken} broken` : ""}</button></>}
      </span>
    </div>
  );
}
