import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { health } from "../../app/Rail";
import { useMe } from "../../data/client";
import { useConnections } from "../../data/engine";
import { useChange } from "../../data/integrations";
import type { ConnectionView } from "../../generated";
import { Button } from "../../shared/Button";
import { useNow } from "../../shared/clock";
import { CrmMark } from "../../shared/CrmMark";
import { Icon } from "../../shared/Icon";
import { Span } from "../../shared/Span";
import { Bars, EmptyState, ErrorPane, Loading } from "../../shared/States";
import { sentence } from "../../shared/sentence";
import { hhmm } from "../../shared/time";
import { AnotherEngine } from "./AnotherEngine";
import { CrmProvider, kindOf } from "./crm";
import { ReadOnly } from "./ReadOnly";
import { Gone, Remove, type Disconnected } from "./Remove";
import { SalesforceSetUp } from "./salesforce/SalesforceSetUp";
import { SetUp } from "./SetUp";
import { Failed, TestResult } from "./TestResult";

export function ConnectionScreen() {
  const { name = "" } = useParams({ strict: false }) as { name?: string };
  const connections = useConnections();
  const me = useMe().data;
  const [gone, setGone] = useState<[Disconnected, kind: string] | null>(null);
  const one = connections.data?.find((connection) => connection.name === name);
  if (gone) return <div className="page"><div className="bar" /><Gone gone={gone[0]} kind={gone[1]} /></div>;
  if (connections.isPending || !me) return <div className="page"><div className="bar" /><Loading what="the connection"><Bars rows={6} height={60} /></Loading></div>;
  if (!connections.data) return <ErrorPane error={connections.error} what="The connection could not be read" onRetry={() => void connections.refetch()} />;
  if (!one) return <EmptyState title={`No connection is called “${name}”`} glyph="none" action={<Link to="/integrations" className="btn">All connections</Link>}>It may have been removed or renamed.</EmptyState>;
  const admin = me.role === "admin";
  return (
    <div className="page set-up">
      <Bar one={one} admin={admin} onGone={(what) => setGone([what, one.kind])} />
      <CrmProvider value={kindOf(one.kind)}>
        {!admin ? <ReadOnly one={one} admin={admin}><Paused one={one} /></ReadOnly>
          : one.kind === "salesforce" ? <SalesforceSetUp key={one.id} one={one}><Paused one={one} /></SalesforceSetUp>
            : <SetUp key={one.id} one={one}><Paused one={one} /></SetUp>}
      </CrmProvider>
    </div>
  );
}

function Bar({ one, admin, onGone }: { one: ConnectionView; admin: boolean; onGone: (gone: Disconnected) => void }) {
  const now = useNow(5_000);
  const [removing, setRemoving] = useState(false);
  const test = useChange("connection_test");
  const pause = useChange("connection_pause");
  const resume = useChange("connection_resume");
  const { kind, said, tone } = health(one, now);
  const failed = test.error ?? pause.error ?? resume.error;
  return (
    <div>
      <header className="bar" data-region>
        <Link to="/integrations" className="t2">Integrations</Link><Icon name="right" small />
        <CrmMark name={one.name} /><h1 className="h1 ell">{one.name}</h1>
        <span className={`st ${tone} hide-narrow`}><Span kind={kind} />{said}</span>
        <span className="end flex">
          <Button icon="retry" onClick={() => test.mutate({ name: one.name })} disabled={test.isPending || !admin}>{test.isPending ? "Testing" : "Test now"}</Button>
          {one.paused?.kind === "another_engine" ? null : one.paused
            ? <Button icon="play" onClick={() => resume.mutate({ name: one.name })} disabled={resume.isPending || !admin}>Resume</Button>
            : <Button icon="parked" onClick={() => pause.mutate({ name: one.name })} disabled={pause.isPending || !admin}>Pause</Button>}
          <Button kind="ghost" danger onClick={() => setRemoving(true)} disabled={!admin}>Disconnect…</Button>
        </span>
      </header>
      <CrmProvider value={kindOf(one.kind)}>
      {failed && <div className="under-bar"><Failed error={failed} /></div>}
      {test.data && !test.isPending && <div className="under-bar"><TestResult report={test.data} saved={null} /><Button kind="ghost" onClick={() => test.reset()}>Put the test away</Button></div>}
      </CrmProvider>
      {removing && <Remove name={one.name} kind={one.kind} onClose={() => setRemoving(false)} onGone={onGone} />}
    </div>
  );
}

/** Why nothing is sent, until when, and what waits. */
function Paused({ one }: { one: ConnectionView }) {
  if (!one.paused) return null;
  // Whoever must sign in again is told so where they can.
  if (one.access?.state === "reconnect_needed") return null;
  if (one.paused.kind === "another_engine") return <AnotherEngine one={one} />;
  const { kind, until, failure, held, since } = one.paused;
  const what = kind === "by_hand" ? `${one.name} was paused by hand at ${hhmm(since)}.` : `${one.name} is not being called${until ? ` until ${hhmm(until)}` : ""}.`;
  return (
    <div className="note time paused">
      <span className="c-time"><Span kind="breaker" label={kind === "by_hand" ? "Paused" : "Breaker open"} /></span>
      <div className="grow"><span className="b">{what}</span> <span className="t2">{failure?.hint && sentence(failure.hint)} {held.toLocaleString("en")} {held === 1 ? "conversation waits" : "conversations wait"} in order. Nothing is lost.</span>{failure && <pre className="code quote" dir="ltr">{failure.message}</pre>}</div>
    </div>
  );
}
