import { useSandbox } from "../../data/engine";
import type { SandboxPage } from "../../generated";
import { Button } from "../../shared/Button";
import { Icon } from "../../shared/Icon";
import { toast } from "../../shared/toasts";
import type { CrmKind } from "./crm";
import { Failed } from "./TestResult";

const STAND_INS: { kind: CrmKind; name: string; means: string }[] = [
  { kind: "creatio", name: "stand-in Creatio", means: "Its own case pages, processes and refusals." },
  { kind: "salesforce", name: "stand-in Salesforce org", means: "With the set-up kit; log in to its pages with one click." },
];

/** CRMs that live in this program, to try things out: they are started here, and their pages opened. */
export function StandIns({ pages }: { pages: SandboxPage[] }) {
  const sandbox = useSandbox();
  const start = (kind: CrmKind, name: string) => sandbox.mutate(kind, { onSuccess: () => toast(`The ${name} is connected`) });
  return (
    <section className="card stand-ins" aria-labelledby="stand-ins">
      <h2 id="stand-ins" className="h2">Try it without a CRM</h2>
      <p className="f12 t2">A stand-in lives in this program, with sample conversations. It is forgotten when Casebridge ends, and nothing leaves this computer.</p>
      <ul>
        {STAND_INS.map(({ kind, name, means }) => {
          const page = pages.find((one) => one.kind === kind)?.page;
          const starting = sandbox.isPending && sandbox.variables === kind;
          return (
            <li key={kind} className="flex wrap">
              <span className="grow"><span className="b block cap">{name}</span><span className="f12 t3 block">{means}</span></span>
              {page
                ? <a className="btn s" href={page} target="_blank" rel="noreferrer" aria-label={`Open its pages: ${name}`}><Icon name="out" />Open its pages</a>
                : <Button icon="play" onClick={() => start(kind, name)} disabled={sandbox.isPending} aria-label={`Start the ${name}`}>{starting ? "Starting" : "Start"}</Button>}
            </li>
          );
        })}
      </ul>
      {sandbox.error && <Failed error={sandbox.error} />}
    </section>
  );
}
