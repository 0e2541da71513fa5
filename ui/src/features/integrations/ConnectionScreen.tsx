import { Link, useParams } from "@tanstack/react-router";
import { health } from "../../app/Rail";
import { useMe } from "../../data/client";
import { useConnections, useConnectionTest } from "../../data/engine";
import type { ConnectionView } from "../../generated";
import { Button } from "../../shared/Button";
import { useNow } from "../../shared/clock";
import { CrmMark } from "../../shared/CrmMark";
import { Icon } from "../../shared/Icon";
import { Span } from "../../shared/Span";
import { Bars, EmptyState, ErrorPane, Loading } from "../../shared/States";
import { Time } from "../../shared/Time";
import { hhmm } from "../../shared/time";
import { TestResult } from "./TestResult";
import { Webhook } from "./Webhook";

export function ConnectionScreen() {
  const { name = "" } = useParams({ strict: false }) as { name?: string };
  const connections = useConnections();
  const admin = useMe().data?.role === "admin";
  const test = useConnectionTest();
  const now = useNow(5_000);
  const one = connections.data?.find((connection) => connection.name === name);
  if (connections.isPending) return <div className="page"><div className="bar" /><Loading what="the connection"><Bars rows={6} height={60} /></Loading></div>;
  if (!connections.data) return <ErrorPane error={connections.error} what="The connection could not be read" onRetry={() => void connections.refetch()} />;
  if (!one) return <EmptyState title={`No connection is called “${name}”`} glyph="none" action={<Link to="/integrations" className="btn">All connections</Link>}>It may have been removed or renamed.</EmptyState>;
  const { kind, said, tone } = health(one, now);
  return (
    <div className="page">
      <header className="bar" data-region>
        <Link to="/integrations" className="t2">Integrations</Link><Icon name="right" small />
        <CrmMark name={one.name} /><h1 className="h1">{one.name}</h1>
        <span className={`st ${tone} hide-narrow`}><Span kind={kind} />{said}</span>
      </header>
      <div className="scroll" data-region tabIndex={0} role="region" aria-label={one.name}>
        <div className="conn-in">
          <div className="conn-main">
            {one.paused && (
              <div className="note time">
                <span className="c-time"><Span kind="breaker" label="Breaker open" /></span>
                <div className="grow"><span className="b">{one.name} is not being called{one.paused.until ? ` until ${hhmm(one.paused.until)}` : ""}.</span> <span className="t2">{one.paused.failure?.hint} {one.paused.held} conversations wait in order.</span>{one.paused.failure && <pre className="code quote" dir="ltr">{one.paused.failure.message}</pre>}</div>
              </div>
            )}
            <section className="blk" aria-labelledby="connect">
              <header className="flex"><h2 id="connect" className="h2">Connection</h2><span className="end flex"><span className="f12 t3">The test writes nothing.</span><Button icon="retry" onClick={() => test.mutate(one.name)} disabled={test.isPending || !admin}>{test.isPending ? "Testing" : "Test now"}</Button></span></header>
              <dl className="kv facts">
                <div><dt className="t3">Instance</dt><dd className="any" dir="ltr">{one.instance}</dd></div>
                <div><dt className="t3">Opens a case</dt><dd>{one.mode === "every" ? "At the first message" : "At handoff only"}</dd></div>
                {shownSettings(one).map(([key, value]) => <div key={key}><dt className="t3">{key}</dt><dd className="mono any" dir="ltr">{value}</dd></div>)}
              </dl>
              {test.error && <div className="note act" role="alert"><Icon name="warn" /><div className="grow"><span className="b">{test.error.message}</span> <span className="t2">{test.error.hint}</span></div></div>}
              {test.data && <TestResult report={test.data} />}
            </section>
            <Webhook name={one.name} admin={admin} polls={one.polls_every_s} />
          </div>
          <Health one={one} />
        </div>
      </div>
    </div>
  );
}

/** What was given when it was set up, but for what already stands above; a secret is never among it. */
function shownSettings(one: ConnectionView): [string, string][] {
  const flat = Object.entries(one.settings).flatMap(([key, value]) => (typeof value === "object" && value !== null ? Object.entries(value) : [[key, value] as const]));
  return flat.flatMap(([key, value]): [string, string][] => {
    const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
    if (text === "" || text === one.instance || key === "kind" || key === "url") return [];
    const words = key.replaceAll("_", " ").replace(/\bid\b/, "ID").replace(/\burl\b/, "URL");
    return [[words.charAt(0).toUpperCase() + words.slice(1), text]];
  });
}

function Health({ one }: { one: ConnectionView }) {
  const when = (at: string | null, none: string) => (at ? <Time at={at} as="ago" /> : none);
  return (
    <aside className="card health" aria-label="Health">
      <h2 className="h2">Health</h2>
      <dl className="kv">
        <div><dt className="t3">Last good call</dt><dd>{when(one.last_success_at, "none yet")}</dd></div>
        <div><dt className="t3">Last webhook</dt><dd>{when(one.last_webhook_at, "none yet")}</dd></div>
        <div><dt className="t3">Last look</dt><dd>{when(one.last_poll_at, "none yet")}, every {one.polls_every_s} s</dd></div>
        {one.last_poll_failure && <div><dt className="t3">It failed</dt><dd className="c-time any">{one.last_poll_failure}</dd></div>}
        <div><dt className="t3">Calls today</dt><dd className="num">{one.calls_today.toLocaleString("en")}</dd></div>
        <div><dt className="t3">Lanes</dt><dd className="num">{one.lanes.all.toLocaleString("en")}</dd></div>
        <div><dt className="t3">Due now</dt><dd className="num">{one.lanes.due}</dd></div>
        <div><dt className="t3">Failing</dt><dd className={one.lanes.failing ? "num c-time" : "num"}>{one.lanes.failing}</dd></div>
        <div><dt className="t3">Parked</dt><dd className={one.lanes.parked ? "num c-act" : "num"}>{one.lanes.parked}</dd></div>
      </dl>
      {(one.lanes.parked > 0 || one.lanes.failing > 0) && <Link to="/deliveries">See what clears them</Link>}
    </aside>
  );
}
