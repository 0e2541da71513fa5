import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useMe } from "../../data/client";
import { useSandbox } from "../../data/engine";
import { Button } from "../../shared/Button";
import { Brand, Icon } from "../../shared/Icon";
import { Keys } from "../../shared/Kbd";
import { JoinSheet } from "../desk/JoinSheet";
import type { CrmKind } from "../integrations/crm";
import { useShortcuts } from "../../shared/shortcuts";

/** Nothing is here yet: try it with sample data, or connect the own CRM. */
export function FirstRun() {
  const me = useMe().data;
  const navigate = useNavigate();
  const sandbox = useSandbox();
  const [joining, setJoining] = useState(false);
  const start = (kind: CrmKind) => {
    if (!sandbox.isPending) sandbox.mutate(kind, { onSuccess: () => void navigate({ to: "/inbox/$view", params: { view: "all" }, search: {} }) });
  };
  useShortcuts({ s: () => start("creatio"), c: () => void navigate({ to: "/integrations/new" }), j: () => setJoining(true) });
  return (
    <div className="first">
      <span className="first-brand"><Brand /></span>
      <h1>Every conversation becomes a case.<br />You see each step in between.</h1>
      <p className="f14 t2">Start with sample data, or connect your own CRM. You can switch at any time, the sandbox is kept apart.</p>
      <div className="two">
        <section className="card" aria-labelledby="sandbox">
          <svg viewBox="0 0 340 84" className="art" aria-hidden="true">
            <rect x="22" y="14" width="96" height="22" rx="6" className="a" /><rect x="46" y="48" width="86" height="22" rx="6" className="b" />
            <circle cx="156" cy="42" r="4" className="c" /><path d="M164 42h36" className="d" /><circle cx="208" cy="42" r="4" className="c" />
            <rect x="228" y="14" width="82" height="56" rx="6" className="e" /><path d="M240 28h36M240 40h58M240 52h48" className="f" />
          </svg>
          <h2 id="sandbox" className="h1 flex">Try with the sandbox <Keys keys="S" /></h2>
          <p className="t2">Live sample conversations and a stand-in CRM in a page of its own, Creatio or Salesforce. Nothing leaves this computer.</p>
          <span className="flex wrap">
            <Button kind="primary" small={false} onClick={() => start("creatio")} disabled={sandbox.isPending} autoFocus>{sandbox.isPending ? "Starting the sandbox" : "Start the sandbox"}</Button>
            <Button small={false} onClick={() => start("salesforce")} disabled={sandbox.isPending}>With Salesforce</Button>
          </span>
          {sandbox.error ? <p className="f12 c-act" role="alert">{sandbox.error.message} {sandbox.error.hint}</p> : <p className="f12 t3">Ready in about 10 s</p>}
        </section>
        <section className="card" aria-labelledby="own">
          <svg viewBox="0 0 340 84" className="art" aria-hidden="true"><rect x="24" y="19" width="132" height="46" rx="6" className="e" /><text x="90" y="46" textAnchor="middle">Creatio</text><rect x="184" y="19" width="132" height="46" rx="6" className="e" /><text x="250" y="46" textAnchor="middle">Salesforce</text></svg>
          <h2 id="own" className="h1 flex">Connect your CRM <Keys keys="C" /></h2>
          <p className="t2">You need a client ID of an admin's making. It and every right are tested before anything is saved.</p>
          <span className="flex wrap"><Link to="/integrations/new" className="btn">Connect Creatio</Link><Link to="/integrations/new/salesforce" className="btn">Connect Salesforce</Link></span>
          <p className="f12 t3">About 5 min, no public address needed</p>
        </section>
      </div>
      <p className="first-foot f12 t3">
        <span className="flex tight"><Icon name="lock" small />Secrets go to the system keychain</span>
        {me && <span className="flex tight"><Icon name="file" small />Data stays in <code dir="ltr">{me.data_folder}</code></span>}
        <Button kind="ghost" className="end" keys="J" onClick={() => setJoining(true)}>Join a team server</Button>
      </p>
      {joining && <JoinSheet onClose={() => setJoining(false)} />}
    </div>
  );
}
