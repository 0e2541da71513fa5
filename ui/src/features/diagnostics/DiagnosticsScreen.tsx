import { Link } from "@tanstack/react-router";
import { useMe } from "../../data/client";
import { useDoctor } from "../../data/engine";
import type { Finding } from "../../generated";
import { Button, IconButton } from "../../shared/Button";
import { Icon } from "../../shared/Icon";
import type { IconName } from "../../shared/icons";
import { Bars, ErrorPane, Loading, StaleNote } from "../../shared/States";
import { sentence } from "../../shared/sentence";
import { Time } from "../../shared/Time";
import { Words } from "../../shared/Words";
import { LogLevels } from "./LogLevels";
import { copyText } from "../../shared/insecure";

const GRADES: Record<Finding["grade"], [IconName, string, string]> = { bad: ["warn", "c-act", "needs you"], note: ["info", "t3", "good to know"], good: ["check", "c-ok", "fine"] };
const ORDER: Finding["grade"][] = ["bad", "note", "good"];

/** What the engine finds when it looks at itself: what needs a person comes first. */
export function DiagnosticsScreen() {
  const doctor = useDoctor();
  const me = useMe().data;
  const groups = new Map<string, Finding[]>();
  for (const finding of doctor.data?.findings ?? []) {
    const name = finding.connection ?? "Casebridge";
    groups.set(name, [...(groups.get(name) ?? []), finding]);
  }
  const bad = doctor.data?.findings.filter((finding) => finding.grade === "bad").length ?? 0;
  const copy = () => {
    const lines = (doctor.data?.findings ?? []).map((one) => `${one.grade.padEnd(5)} ${one.connection ?? "casebridge"}: ${one.what}: ${one.detail}${one.action ? ` → ${one.action}` : ""}`);
    void copyText([`Casebridge ${me?.version ?? ""}`, ...lines].join("\n"), "The findings are copied");
  };
  return (
    <div className="page">
      <header className="bar" data-region>
        <h1 className="h1">Diagnostics</h1>
        {doctor.data && <span className="t3 f12">looked <Time at={new Date(doctor.dataUpdatedAt).toISOString()} as="ago" /></span>}
        <span className="end flex">
          <Button kind="ghost" icon="copy" onClick={copy} disabled={!doctor.data}>Copy for support</Button>
          <Button icon="retry" onClick={() => void doctor.refetch()} disabled={doctor.isFetching}>{doctor.isFetching ? "Looking" : "Look again"}</Button>
        </span>
      </header>
      <div className="scroll" data-region tabIndex={0} role="region" aria-label="Findings">
        {doctor.isError && doctor.data && <StaleNote what="Findings" since={doctor.dataUpdatedAt} error={doctor.error} />}
        {doctor.isPending ? (
          <Loading what="the engine"><Bars rows={8} height={54} /></Loading>
        ) : !doctor.data ? (
          <ErrorPane error={doctor.error} what="The engine could not be looked at" onRetry={() => void doctor.refetch()} />
        ) : (
          <div className="page-in">
            <div className={bad ? "note act" : "note ok"}>
              <Icon name={bad ? "warn" : "check"} />
              <div className="grow"><span className="b">{bad === 0 ? "Nothing needs you." : bad === 1 ? "1 thing needs you." : `${bad} things need you.`}</span> <span className="t2">{doctor.data.findings.length} things were looked at. Looking writes nothing.</span></div>
            </div>
            {[...groups].map(([name, findings]) => (
              <section key={name} className="card findings" aria-label={name}>
                <h2 className="shead"><b>{name}</b><span className="end num">{findings.length}</span></h2>
                <ul>
                  {ORDER.flatMap((grade) => findings.filter((one) => one.grade === grade)).map((one, i) => {
                    const [icon, tone, word] = GRADES[one.grade];
                    return (
                      <li key={i}>
                        <span className={tone}><Icon name={icon} label={word} /></span>
                        <span className="m cap">{one.what}</span>
                        <span className="any"><span className="t2" dir="auto"><Words>{sentence(one.detail)}</Words></span>{one.action && <span className="block m" dir="auto"><Words>{sentence(one.action)}</Words></span>}</span>
                        {one.action && <Way finding={one} />}
                      </li>
                    );
                  })}
                </ul>
              </section>
            ))}
            {me?.role === "admin" && <LogLevels />}
            {me && (
              <dl className="kv facts">
                <div><dt className="t3">Version</dt><dd className="num">{me.version}</dd></div>
                <div><dt className="t3">Data folder</dt><dd className="flex"><span className="mono any" dir="ltr">{me.data_folder}</span><IconButton icon="copy" label="Copy the data folder's path" onClick={() => void copyText(me.data_folder, "The path is copied")} /></dd></div>
                <div><dt className="t3">Public address</dt><dd className="any" dir="ltr">{me.public_url ?? "none: replies arrive by polling"}</dd></div>
              </dl>
            )}
          </div>
        )}
      </div>
    </div>
  );
}

/** The screen on which the finding can be put right. */
function Way({ finding }: { finding: Finding }) {
  if (finding.what === "lanes") return <Link to="/deliveries" className="btn s">Deliveries</Link>;
  if (finding.what === "held replies") return <Link to="/inbox/$view" params={{ view: "needs_person" }} className="btn s">Inbox</Link>;
  if (finding.connection) return <Link to="/integrations/$name" params={{ name: finding.connection }} className="btn s">Set-up</Link>;
  return null;
}
