import { useId, useMemo, useState, type ReactNode } from "react";
import { HERE, momentOf, typedOf, wallClock, zones } from "./values";

type Props = { label: string; value: unknown; onChange: (value: unknown) => void; error?: string | undefined; hint?: ReactNode; first?: boolean };

/** A moment: the clock of a time zone, kept as UTC. */
export function MomentField({ label, value, onChange, error, hint, first }: Props) {
  const id = useId();
  const [zone, setZone] = useState(HERE);
  const all = useMemo(zones, []);
  const moment = typedOf(value);
  const wall = moment ? wallClock(moment, zone) : "";
  return (
    <div className="fld" role="group" aria-labelledby={`${id}-label`}>
      <label id={`${id}-label`} htmlFor={id}>{label}</label>
      <div className="moment">
        <input {...(first ? { "data-first": true } : {})} id={id} type="datetime-local" className={error ? "inp err" : "inp"} aria-invalid={Boolean(error)} aria-describedby={`${id}-said`} value={wall} onChange={(event) => onChange(event.target.value === "" ? null : momentOf(event.target.value, zone))} />
        <select className="inp" aria-label="Time zone" value={zone} onChange={(event) => { const next = event.target.value; if (wall) onChange(momentOf(wall, next)); setZone(next); }}>
          {all.map((one) => <option key={one} value={one}>{one.replaceAll("_", " ")}</option>)}
        </select>
      </div>
      <span id={`${id}-said`} className={error ? "hint c-act" : "hint"}>{error ?? (moment ? <>Sent as <code dir="ltr">{moment}</code></> : hint)}</span>
    </div>
  );
}
