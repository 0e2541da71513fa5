import { useState } from "react";
import { useLog, useLogSet } from "../../data/engine";
import type { LogArea } from "../../generated";
import { Icon } from "../../shared/Icon";
import { toast } from "../../shared/toasts";

const AREAS: Record<LogArea["area"], [string, string]> = {
  engine: ["Engine", "Deliveries, plans, pulls, the poller"],
  crm: ["CRM calls", "Requests, answers' status, sign-in"],
  store: ["Store", "Database and secrets"],
  doors: ["Doors", "Sessions API, webhooks, console"],
};
const LEVELS: [NonNullable<LogArea["level"]>, string][] = [["error", "Errors"], ["warn", "Warnings"], ["info", "What happens"], ["debug", "And why"], ["trace", "Every step"]];

/** How much is logged, for admins. Never what people wrote, tokens or secrets, at any level. */
export function LogLevels() {
  const log = useLog();
  const set = useLogSet();
  const [keep, setKeep] = useState(false);
  if (!log.data) return log.error ? <p className="f12 t2">{log.error.message}. {log.error.hint}</p> : null;
  const change = (area: LogArea["area"], text: string) => {
    const level = LEVELS.find(([id]) => id === text)?.[0];
    set.mutate({ area, keep, ...(level ? { level } : {}) }, { onSuccess: () => toast(level ? `${AREAS[area][0]}: ${keep ? "kept over restarts" : "until the next restart"}` : `${AREAS[area][0]}: as at the start`) });
  };
  return (
    <section className="card log-levels" aria-labelledby="log-levels">
      <h2 id="log-levels" className="shead"><b>Log</b> <span className="t2">what is written to standard error; never messages, names, tokens or secrets</span></h2>
      <ul>
        {log.data.areas.map(({ area, level, kept }) => (
          <li key={area}>
            <label htmlFor={`log-${area}`}><span className="m block">{AREAS[area][0]}</span><span className="f12 t3">{AREAS[area][1]}</span></label>
            <select id={`log-${area}`} className="inp" value={level ?? ""} disabled={set.isPending} onChange={(event) => change(area, event.target.value)}>
              <option value="">As at the start</option>
              {LEVELS.map(([id, name]) => <option key={id} value={id}>{`${name} (${id})`}</option>)}
            </select>
            <span className="f12 t3 nowrap">{level === null ? "" : kept ? "kept over restarts" : "until the next restart"}</span>
          </li>
        ))}
      </ul>
      <div className="log-foot">
        <label className="flex"><input type="checkbox" checked={keep} onChange={(event) => setKeep(event.target.checked)} /><span>Keep my next change over restarts</span></label>
        <span className="end f12 t3">At the start: <code dir="ltr">{log.data.usual}</code></span>
      </div>
      {set.error && <p className="f12 c-act flex" role="alert"><Icon name="warn" small />{set.error.message}. {set.error.hint} Nothing changed.</p>}
    </section>
  );
}
