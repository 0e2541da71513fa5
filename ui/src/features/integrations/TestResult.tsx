import type { TestReport } from "../../generated";
import { Icon } from "../../shared/Icon";
import type { IconName } from "../../shared/icons";

const PROOFS: Record<"yes" | "missing" | "not_proven", [IconName, string, string]> = { yes: ["check", "c-ok", "Yes"], missing: ["close", "c-act", "Missing"], not_proven: ["minus", "t3", "Not proven"] };

/** The checks in their order; the one that failed says what clears it. */
export function TestResult({ report: { good, report } }: { report: TestReport }) {
  const missing = report.checks.filter((check) => check.proof === "missing").length;
  return (
    <div className="card result" role="status">
      <div className={report.failure ? "note act head" : good && missing === 0 ? "note ok head" : "note time head"}>
        <Icon name={report.failure ? "warn" : "check"} />
        <div className="grow">
          {report.failure ? (
            <><span className="b" dir="auto">{report.failure.message}</span> <span className="t2" dir="auto">{report.failure.hint}</span></>
          ) : (
            <><span className="b">Connected{report.identity ? ` as ${report.identity}` : ""}.</span> <span className="t2">{missing ? `${missing} ${missing === 1 ? "right is" : "rights are"} missing.` : "Every right is there."}</span></>
          )}
        </div>
      </div>
      <table className="rights">
        <thead><tr><th scope="col">What Casebridge needs</th><th scope="col">Proof</th><th scope="col">What it said</th></tr></thead>
        <tbody>
          {report.checks.map((check) => {
            const [icon, tone, word] = PROOFS[check.proof];
            return (
              <tr key={check.what}>
                <td>{check.what}</td>
                <td><span className={`flex ${tone}`}><Icon name={icon} small />{word}</span></td>
                <td className="said-by"><span className="t2" dir="auto">{check.detail}</span>{check.hint && <span className="block" dir="auto">{check.hint}</span>}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
