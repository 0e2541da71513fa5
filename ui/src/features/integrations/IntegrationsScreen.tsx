import { Link } from "@tanstack/react-router";
import { health } from "../../app/Rail";
import { useMe } from "../../data/client";
import { useConnections } from "../../data/engine";
import { useNow } from "../../shared/clock";
import { CrmMark } from "../../shared/CrmMark";
import { Icon } from "../../shared/Icon";
import { Span } from "../../shared/Span";
import { AnotherEngine } from "./AnotherEngine";
import { crmName, placeOf } from "./crm";
import { StandIns } from "./StandIns";
import { Bars, EmptyState, ErrorPane, Loading, StaleNote } from "../../shared/States";

export function IntegrationsScreen() {
  const connections = useConnections();
  const me = useMe().data;
  const admin = me?.role === "admin";
  const now = useNow(5_000);
  const add = admin ? <><Link to="/integrations/new" className="btn s"><Icon name="plus" />Connect Creatio</Link><Link to="/integrations/new/salesforce" className="btn s"><Icon name="plus" />Connect Salesforce</Link></> : undefined;
  return (
    <div className="page">
      <header className="bar" data-region>
        <h1 className="h1">Integrations</h1>
        <span className="end flex">{connections.data?.length ? add : null}</span>
      </header>
      <div className="scroll" data-region tabIndex={0} role="region" aria-label="Connections">
        {connections.isError && connections.data && <StaleNote what="Connections" since={connections.dataUpdatedAt} error={connections.error} />}
        {connections.isPending ? (
          <Loading what="the connections"><Bars rows={3} height={84} /></Loading>
        ) : !connections.data ? (
          <ErrorPane error={connections.error} what="The connections could not be read" onRetry={() => void connections.refetch()} />
        ) : connections.data.length === 0 ? (
          <>
            <EmptyState title="No CRM is connected" glyph="none" action={add}>Conversations are kept and wait. {admin ? "Connect a CRM, and they get their cases." : "An admin can connect one."}</EmptyState>
            {admin && <div className="page-in"><StandIns pages={me.sandbox_pages} /></div>}
          </>
        ) : (
          <div className="page-in">
          {connections.data.map((one) => <AnotherEngine key={one.id} one={one} />)}
          <ul className="conns">
            {connections.data.map((one) => {
              const { kind, said, tone } = health(one, now);
              return (
                <li key={one.id}>
                  <Link to="/integrations/$name" params={{ name: one.name }} className="card conn">
                    <CrmMark name={one.name} />
                    <span className="grow">
                      <span className="b block">{one.name}</span>
                      <span className="f12 t3 block ell"><span>{crmName(one.kind)}</span>, <span dir="ltr">{placeOf(one)}</span></span>
                    </span>
                    <span className={`st ${tone}`}><Span kind={kind} />{said}</span>
                    <dl className="flex">
                      <div><dt>Calls today</dt><dd className="num">{one.calls_today.toLocaleString("en")}</dd></div>
                      <div><dt>Failing</dt><dd className={one.lanes.failing ? "num c-time" : "num"}>{one.lanes.failing}</dd></div>
                      <div><dt>Parked</dt><dd className={one.lanes.parked ? "num c-act" : "num"}>{one.lanes.parked}</dd></div>
                    </dl>
                    <Icon name="right" />
                  </Link>
                </li>
              );
            })}
          </ul>
          {admin && <StandIns pages={me.sandbox_pages} />}
          </div>
        )}
      </div>
    </div>
  );
}
