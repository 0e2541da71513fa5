import { Link } from "@tanstack/react-router";
import { useMe } from "../../data/client";
import { CrmMark } from "../../shared/CrmMark";
import { Icon } from "../../shared/Icon";
import { Span } from "../../shared/Span";
import { EmptyState } from "../../shared/States";
import { SetUp } from "./SetUp";

export function AddConnection() {
  const me = useMe().data;
  return (
    <div className="page set-up">
      <header className="bar" data-region>
        <Link to="/integrations" className="t2">Integrations</Link><Icon name="right" small />
        <CrmMark name="Creatio" /><h1 className="h1">Connect Creatio</h1>
        <span className="st hide-narrow"><Span kind="none" />Not connected, nothing saved</span>
        <Link to="/integrations" className="btn g s end">Leave</Link>
      </header>
      {me && me.role !== "admin" ? <EmptyState title="Only admins connect a CRM" glyph="none">Ask an admin. Conversations are kept and wait.</EmptyState> : me && <SetUp />}
    </div>
  );
}
