import { useRetry } from "../../data/engine";
import type { TraceView } from "../../generated";
import { Button, IconButton } from "../../shared/Button";
import { Icon } from "../../shared/Icon";
import { useShortcuts } from "../../shared/shortcuts";
import { exactTime, hhmmss } from "../../shared/time";
import { toast } from "../../shared/toasts";
import { pretty, rec, type Step } from "./steps";
import { copyText } from "../../shared/insecure";

type Props = { step: Step; number: number; of: number; utc: boolean; session: string; view: TraceView; onMove: (by: number) => void; onBack: () => void };
const HEADS: [string, string][] = [["failure", "What failed"], ["remedy", "What clears it"], ["why", "Why"], ["next", "Next try"]];

export function StepDetail({ step, number, of, session, view, onMove, onBack }: Props) {
  const detail = rec(step.entry.detail);
  const call = step.kind === "calls";
  const lane = view.lanes.find((one) => one.state === "parked" || one.state === "retrying");
  const stuck = step.problem && lane !== undefined;
  const said = HEADS.flatMap(([member, name]) => (typeof detail[member] === "string" && detail[member] !== "" ? [[name, detail[member] as string] as const] : []));
  return (
    <aside className="det" aria-label="Step" data-region>
      <div className="bar">
        <span className="only-tiny"><IconButton icon="back" label="Back to the steps" keys="Esc" onClick={onBack} /></span>
        <span className={`m ell ${step.tone === "act" ? "c-act" : step.tone === "time" ? "c-time" : ""}`}>{call ? `${step.method} ${step.status ?? "no answer"}` : step.title}</span>
        <span className="t3 f12 ell">{step.entry.connection}</span>
        <span className="end f12 t3 num nowrap flex tight">
          step {number} of {of}
          <IconButton icon="back" label="Step before" onClick={() => onMove(-1)} />
          <IconButton icon="right" label="Next step" onClick={() => onMove(1)} />
        </span>
      </div>
      <div className="scroll grow" tabIndex={0} role="region" aria-label="Details of the step">
        <div className="in">
          {step.problem && (
            <div className={step.tone === "act" ? "note act" : "note time"}>
              <Icon name={step.tone === "act" ? "parked" : "retry"} />
              <div className="grow">
                <div className="b" dir="auto">{said[0]?.[0] === "What failed" ? said[0][1] : (step.failure ?? step.text)}</div>
                <div className="t2">{step.tone === "act" ? "It moves only after a person acts. What is written stays; nothing is written twice." : "It is tried again by itself. Nothing is lost or written twice."}</div>
              </div>
            </div>
          )}
          {!step.problem && !call && <p dir="auto" className="any">{step.text}</p>}
          {said.filter(([name]) => !(step.problem && name === "What failed")).map(([name, text]) => (
            <section key={name} className="said">
              <h2 className="h3">{name}</h2>
              <p dir="auto" className="any">{name === "Next try" && !Number.isNaN(Date.parse(text)) ? hhmmss(text) : text}</p>
            </section>
          ))}
          {stuck && <Retry session={session} />}
          {call && <Exchange title="Request" body={detail.request} head={`${step.method} ${step.text}`} note="secrets masked" />}
          {call && <Exchange title="Answer" body={detail.answer} head={null} note={[step.status ?? "no answer", step.took].filter(Boolean).join(" · ")} />}
          {!call && <Exchange title="Everything known" body={step.entry.detail} head={null} note="" />}
          <dl className="kv">
            <div><dt className="t3">When</dt><dd className="num lines">{exactTime(step.at)}</dd></div>
          </dl>
        </div>
      </div>
    </aside>
  );
}

function Retry({ session }: { session: string }) {
  const retry = useRetry();
  const run = () => retry.mutate({ session }, { onSuccess: ({ count }) => toast(count === 1 ? "1 delivery is tried again" : `${count} deliveries are tried again`) });
  useShortcuts({ r: run });
  return (
    <div className="flex wrap">
      <Button kind="primary" icon="retry" keys="R" onClick={run} disabled={retry.isPending}>Retry this conversation</Button>
      <span className="f12 t3">No message goes to the customer.</span>
      {retry.error && <span className="f12 c-act" role="alert">{retry.error.message}</span>}
    </div>
  );
}

function Exchange({ title, body, head, note }: { title: string; body: unknown; head: string | null; note: string }) {
  const text = body === null || body === undefined || body === "" ? "" : pretty(body);
  const whole = [head, text].filter(Boolean).join("\n\n");
  const copy = () => void copyText(whole, `${title} copied`);
  return (
    <section className="said">
      <h2 className="h3 flex">{title} {note && <span className="t3 f12 plain flex tight">{note === "secrets masked" && <Icon name="lock" small />}{note}</span>}<span className="end"><IconButton icon="copy" label={`Copy ${title.toLowerCase()}`} onClick={copy} /></span></h2>
      <pre className="code" dir="ltr" tabIndex={0} role="region" aria-label={title}>{whole || "Nothing."}</pre>
    </section>
  );
}
