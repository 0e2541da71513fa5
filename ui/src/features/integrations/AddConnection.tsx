import { Link, useLocation } from "@tanstack/react-router";
import { useMe } from "../../data/client";
import { CrmMark } from "../../shared/CrmMark";
import { Icon } from "../../shared/Icon";
import { Span } from "../../shared/Span";
import { EmptyState } from "../../shared/States";
import { crmName, CrmProvider, type CrmKind } from "./crm";
import { SalesforceSetUp } from "./salesforce/SalesforceSetUp";
import { SetUp } from "./SetUp";

const KINDS: [CrmKind, string][] = [["creatio", "/integrations/new"], ["salesforce", "/integrations/new/salesforce"]];

export function AddConnection() {
  const me = useMe().data;
  const { pathname } = useLocation();
  const kind: CrmKind = pathname.endsWith("/salesforce") ? "salesforce" : "creatio";
  return (
    <div className="page set-up">
      <header className="bar" data-region>
        <Link to="/integrations" className="t2">Integrations</Link><Icon name="right" small />
        <CrmMark name={crmName(kind)} /><h1 className="h1 ell">Connect {crmName(kind)}</h1>
        <span className="st hide-narrow"><Span kind="none" />Not connected, nothing saved</span>
        <span className="end flex">
          <nav className="seg" aria-label="Which CRM">{KINDS.map(([id, to]) => <Link key={id} to={to} activeOptions={{ exact: true }}>{crmName(id)}</Link>)}</nav>
          <Link to="/integrations" className="btn g s">Leave</Link>
        </span>
      </header>
      <CrmProvider value={kind}>
        {me && me.role !== "admin" ? <EmptyState title="Only admins connect a CRM" glyph="none">Ask an admin. Conversations are kept and wait.</EmptyState>
          : me && (kind === "salesforce" ? <SalesforceSetUp key={kind} /> : <SetUp key={kind} />)}
      </CrmProvider>
    </div>
  );
}
