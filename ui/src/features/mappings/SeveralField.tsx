import { useId, useState, type ReactNode } from "react";
import type { Edit } from "./Editor";
import { allowed } from "./kinds";

type Props = { edit: Edit; label: string; value: unknown; onChange: (value: unknown) => void; error?: string | undefined; hint?: ReactNode };
const MANY = 9;

/** Any of a list. */
export function SeveralField({ edit, label, value, onChange, error, hint }: Props) {
  const id = useId();
  const [words, setWords] = useState("");
  const chosen = new Set(Array.isArray(value) ? value.map(String) : []);
  const all = allowed(edit.kind);
  const shown = all.filter((one) => chosen.has(one.value) || one.label.toLowerCase().includes(words.trim().toLowerCase()));
  const gone = [...chosen].filter((one) => !all.some((other) => other.value === one));
  const set = (one: string, on: boolean) => {
    const next = [...all.map((other) => other.value), ...gone].filter((other) => (other === one ? on : chosen.has(other)));
    onChange(next.length > 0 ? next : null);
  };
  return (
    <div className="fld" role="group" aria-labelledby={id}>
      <span id={id} className="lab">{label}</span>
      {all.length > MANY && <input type="search" className="inp" aria-label={`Find in ${label}`} placeholder="Find" value={words} onChange={(event) => setWords(event.target.value)} />}
      <div className="several">
        {shown.map((one) => <label key={one.value} className="check"><input type="checkbox" checked={chosen.has(one.value)} onChange={(event) => set(one.value, event.target.checked)} /><bdi>{one.label}</bdi></label>)}
        {gone.map((one) => <label key={one} className="check c-act"><input type="checkbox" checked onChange={() => set(one, false)} /><span><s>{one}</s> is no longer allowed</span></label>)}
      </div>
      <span className={error ? "hint c-act" : "hint"}>{error ?? hint}</span>
    </div>
  );
}
