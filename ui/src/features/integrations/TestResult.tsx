import type { CallError } from "../../host";
import type { TestCheck, TestReport } from "../../generated";
import { sentence } from "../../shared/sentence";
import { Icon } from "../../shared/Icon";
import type { IconName } from "../../shared/icons";
import { useCrm, type CrmKind } from "./crm";

type Proof = TestCheck["proof"] | "later" | "not_needed";
const PROOFS: Record<Proof, [IconName, string, string]> = {
  yes: ["check", "c-ok", "Yes"], missing: ["close", "c-act", "Missing"], not_proven: ["minus", "t2", "Not proven"],
  later: ["minus", "t3", "Not reached"], not_needed: ["minus", "t3", "Not needed"],
};
const ALL_GATES: Record<CrmKind, [string, string][]> = {
  creatio: [["Identity Service", "Find its identity service"], ["access token", "Get a token"], ["OData address", "Reach its data"]],
  salesforce: [["sign in", "Get a token with the sign-in"]],
};
const RIGHTS_ON: Record<CrmKind, number> = { creatio: 5, salesforce: 2 };
const OBJECTS: Record<string, string> = { Contact: "Contact", ContactCommunication: "Contact's addresses", CaseStatus: "Case status", CaseComment: "Case comment" };
const VERBS = ["read", "create", "change"] as const;
const NEEDED: Record<string, readonly string[]> = { Case: VERBS, Activity: ["read", "create"], CaseComment: ["read", "create"], Contact: ["read"] };

/** A call that failed: what, and what to do. */
export function Failed({ error, safe }: { error: CallError; safe?: string }) {
  return <div className="note act" role="alert"><Icon name="warn" /><div className="grow"><span className="b" dir="auto">{sentence(error.message)}</span> <span className="t2" dir="auto">{error.hint && sentence(error.hint)} {safe}</span></div></div>;
}

export function Mark({ proof, word }: { proof: Proof; word?: string }) {
  const [icon, tone, said] = PROOFS[proof];
  return <span className={`flex ${tone}`}><Icon name={icon} small />{word ?? said}</span>;
}

/** The checks in their order; it stops at the one that failed, which says what clears it. Then the rights, as far as they are proven. */
export function TestResult({ report: { good, report }, saved }: { report: TestReport; saved: boolean | null }) {
  const { kind, crm } = useCrm();
  const gates = ALL_GATES[kind];
  const missing = report.checks.filter((check) => check.proof === "missing").length;
  const open = report.checks.filter((check) => check.proof === "not_proven").length;
  const tone = !good ? "act" : "ok";
  const kept = saved === true ? "Saved." : saved === false ? "Nothing was saved." : "";
  const failedAt = report.failure ? gates.findIndex(([what]) => !report.checks.some((check) => check.what === what)) : -1;
  const rights = report.checks.filter((check) => check.right);
  const others = report.checks.filter((check) => !check.right && !gates.some(([what]) => what === check.what));
  const objects = [...new Set(rights.flatMap((check) => (check.right ? [check.right.object] : [])))];
  return (
    <div className="card result" role="status">
      <div className={`note ${tone} head`}>
        <Icon name={good ? "check" : "warn"} />
        <div className="grow">
          {report.failure
            ? <><span className="b" dir="auto">{sentence(report.failure.message)}</span> <span className="t2" dir="auto">{sentence(report.failure.hint)} {kept}</span></>
            : good
              ? <><span className="b">Connected{report.identity ? ` as ${report.identity}` : ""}.</span> <span className="t2">{open ? `Nothing is missing; ${open} ${open === 1 ? "thing" : "things"} only real work can prove.` : "Nothing is missing."} {kept}</span></>
              : <><span className="b">{crm} can be reached, but {missing} {missing === 1 ? "thing is" : "things are"} missing.</span> <span className="t2">Put {missing === 1 ? "it" : "them"} right in {crm} or below, then test again. {kept}</span></>}
        </div>
      </div>
      <ol className="gates" aria-label="What was tested">
        {gates.map(([what, name], at) => {
          const check = report.checks.find((one) => one.what === what);
          const proof: Proof = check ? check.proof : at === failedAt ? "missing" : "later";
          return <li key={what} className={proof === "later" ? "t3" : ""}><span className="vh">{PROOFS[proof][2]}: </span><Mark proof={proof} word=" " /><span>{name}</span><span className="f12 t3 any" dir="auto">{check ? check.detail : at === failedAt ? (report.failure?.status ? `HTTP ${report.failure.status}` : "stopped here") : "not reached"}</span></li>;
        })}
        {failedAt === -1 && report.failure && <li><Mark proof="missing" word=" " /><span>Rights</span><span className="f12 t3">stopped here</span></li>}
        {rights.length === 0 && failedAt >= 0 && <li className="t3"><Mark proof="later" word=" " /><span>Rights on {RIGHTS_ON[kind]} objects</span><span className="f12">not reached</span></li>}
      </ol>
      {rights.length > 0 && (
        <table className="rights matrix">
          <caption className="vh">Rights in {crm}</caption>
          <thead><tr><th>What Casebridge needs</th><th>Read</th><th>Add</th><th>Edit</th></tr></thead>
          <tbody>
            {objects.map((object) => (
              <tr key={object}>
                <td>{OBJECTS[object] ?? object}</td>
                {VERBS.map((verb) => {
                  const check = rights.find((one) => one.right?.object === object && one.right.verb === verb);
                  const proof = check?.proof ?? ((NEEDED[object] ?? ["read"]).includes(verb) ? "later" : "not_needed");
                  return <td key={verb}><Mark proof={proof} /></td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Lines title="What is missing or not proven" checks={[...rights, ...others].filter((check) => check.proof !== "yes")} />
      <Lines title="What else was found" checks={others.filter((check) => check.proof === "yes")} folded />
    </div>
  );
}

function Lines({ title, checks, folded }: { title: string; checks: TestCheck[]; folded?: boolean }) {
  if (checks.length === 0) return null;
  const list = (
    <ul className="lines" aria-label={title}>
      {checks.map((check) => <li key={check.what}><Mark proof={check.proof} /><div><span className="m">{sentence(check.what).slice(0, -1)}</span> <span className="t2 any" dir="auto">{check.detail}</span>{check.hint && <span className="block" dir="auto">{sentence(check.hint)}</span>}</div></li>)}
    </ul>
  );
  return folded ? <details className="more-found"><summary>{title} ({checks.length})</summary>{list}</details> : list;
}
