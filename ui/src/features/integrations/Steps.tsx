import { useWebhook } from "../../data/engine";
import { usePublicAddress } from "../../data/integrations";
import type { ConnectionView } from "../../generated";
import { Icon } from "../../shared/Icon";
import type { Step } from "./steps";

type Props = { steps: Step[]; here: string; onGo: (id: string) => void; undone?: string[] };

/** Where one is in the set-up: a tick for what stands, a dashed ring for what makes replies faster and is not there yet. */
export function Steps({ one, ...rest }: Props & { one?: ConnectionView | undefined }) {
  const { steps, here, onGo } = rest;
  return (
    <nav className="steps" aria-label="Set-up steps">
      {one ? <Known one={one} {...rest} /> : steps.map(({ id, name }, at) => (
        <button key={id} type="button" className="step" aria-current={here === id ? "step" : undefined} disabled={at > 1} onClick={() => onGo(id)}><span className="no">{at + 1}</span><span>{name}</span></button>
      ))}
      {!one && <p className="hint">Steps 1 and 2 are enough to start. The rest has sensible values until you change it.</p>}
    </nav>
  );
}

function Known({ one, steps, here, onGo, undone = [] }: Props & { one: ConnectionView }) {
  const hook = useWebhook(one.name).data;
  const address = usePublicAddress().data;
  const calls = hook?.calls.filter((call) => !call.old) ?? [];
  const told = (wanted: string[][]) => wanted.every((events) => calls.some((call) => events.length === 0 || events.includes(call.event_type)));
  const stands = ({ id, calls: wanted }: Step) => (undone.includes(id) ? false : id === "hook" ? Boolean(address?.beyond) || calls.length > 0 : wanted ? told(wanted) : true);
  const late = steps.filter((step) => step.id === "hook" || step.calls);
  const numbers = late.map((step) => steps.indexOf(step) + 1).join(" and ");
  return (
    <>
      {steps.map((step, at) => {
        const done = stands(step);
        return (
          <button key={step.id} type="button" className="step" aria-current={here === step.id ? "step" : undefined} onClick={() => onGo(step.id)}>
            <span className={done ? "no done" : "no wait"}>{done ? <Icon name="check" /> : at + 1}</span>
            <span>{step.name}<span className="vh">{done ? ", stands" : ", to do"}</span></span>
          </button>
        );
      })}
      {late.some((step) => !stands(step)) && <p className="hint">Works now by polling every {one.polls_every_s} s. Steps {numbers} make replies arrive in seconds.</p>}
    </>
  );
}
