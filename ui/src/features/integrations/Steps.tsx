import { useWebhook } from "../../data/engine";
import { usePublicAddress } from "../../data/integrations";
import type { ConnectionView } from "../../generated";
import { Icon } from "../../shared/Icon";
import { STEPS } from "./steps";

const LATER = new Set(["hook", "recipe"]);

/** Where one is in the set-up: a tick for what stands, a dashed ring for what makes replies faster and is not there yet. */
export function Steps({ one, here, onGo }: { one?: ConnectionView | undefined; here: string; onGo: (id: string) => void }) {
  return (
    <nav className="steps" aria-label="Set-up steps">
      {one ? <Known one={one} here={here} onGo={onGo} /> : STEPS.map(({ id, name }, at) => (
        <button key={id} type="button" className="step" aria-current={here === id ? "step" : undefined} disabled={at > 1} onClick={() => onGo(id)}><span className="no">{at + 1}</span><span>{name}</span></button>
      ))}
      {!one && <p className="hint">Steps 1 and 2 are enough to start. The rest has sensible values until you change it.</p>}
    </nav>
  );
}

function Known({ one, here, onGo }: { one: ConnectionView; here: string; onGo: (id: string) => void }) {
  const hook = useWebhook(one.name).data;
  const address = usePublicAddress().data;
  const told = (events: string[]) => hook?.calls.some((call) => !call.old && events.includes(call.event_type)) ?? false;
  const both = told(["new_activity"]) && told(["case_closed", "case_updated"]);
  const stands = (id: string) => (id === "hook" ? Boolean(address?.beyond) || Boolean(hook?.calls.some((call) => !call.old)) : id === "recipe" ? both : true);
  return (
    <>
      {STEPS.map(({ id, name }, at) => {
        const done = stands(id);
        return (
          <button key={id} type="button" className="step" aria-current={here === id ? "step" : undefined} onClick={() => onGo(id)}>
            <span className={done ? "no done" : "no wait"}>{done ? <Icon name="check" /> : at + 1}</span>
            <span>{name}<span className="vh">{done ? ", stands" : LATER.has(id) ? ", to do" : ""}</span></span>
          </button>
        );
      })}
      {!both && <p className="hint">Works now by polling every {one.polls_every_s} s. Steps 6 and 7 make replies arrive in seconds.</p>}
    </>
  );
}
