import { useState } from "react";
import { useMe } from "../../data/client";
import { useChange, useFootprint } from "../../data/integrations";
import type { ConnectionHealth } from "../../generated";
import { Button } from "../../shared/Button";
import { Icon } from "../../shared/Icon";
import { Sheet } from "../../shared/Sheet";
import { Bars } from "../../shared/States";
import { hhmm } from "../../shared/time";
import { toast } from "../../shared/toasts";
import { JoinSheet } from "../desk/JoinSheet";
import { Failed } from "./TestResult";

const number = (count: number) => count.toLocaleString("en");

/** A connection that stopped because another engine writes to the same CRM: what happened, what is safe, the two ways on. */
export function AnotherEngine({ one, banner }: { one: ConnectionHealth; banner?: boolean }) {
  const admin = useMe().data?.role === "admin";
  const [asked, setAsked] = useState<"join" | "take_over" | null>(null);
  if (one.paused?.kind !== "another_engine") return null;
  const { since, held } = one.paused;
  return (
    <div className={banner ? "note act banner" : "note act"} role="status">
      <Icon name="warn" />
      <div className="grow">
        <div><span className="b">{one.name} has been stopped here since {hhmm(since)}: another engine writes to it.</span> <span className="t2">Only one may deliver, or a customer would get a reply twice. Nothing is lost: {held === 1 ? "1 conversation waits" : `${number(held)} conversations wait`} here, and nothing was changed in the CRM.</span></div>
        {admin ? (
          <div className="flex note-acts wrap">
            <Button onClick={() => setAsked("join")}>Join the other engine…</Button>
            <Button onClick={() => setAsked("take_over")}>Take over here…</Button>
          </div>
        ) : <div className="t2">Ask an admin to join the other engine, or to take over here.</div>}
      </div>
      {asked === "join" && <JoinSheet onClose={() => setAsked(null)} />}
      {asked === "take_over" && <TakeOver one={one} since={since} onClose={() => setAsked(null)} />}
    </div>
  );
}

/** What taking over means, counted, before it is done. */
function TakeOver({ one, since, onClose }: { one: ConnectionHealth; since: string; onClose: () => void }) {
  const [stopped, setStopped] = useState(false);
  const found = useFootprint(one.name);
  const act = useChange("connection_take_over", () => {
    toast(`${one.name} is delivered from here now`);
    onClose();
  });
  const count = found.data;
  const foot = (
    <>
      <Button kind="primary" small={false} onClick={() => act.mutate({ name: one.name })} disabled={!count || !stopped || act.isPending}>{act.isPending ? "Taking over" : "Take over here"}</Button>
      <Button small={false} onClick={onClose}>Leave it stopped</Button>
    </>
  );
  return (
    <Sheet title={`Take ${one.name} over here?`} onClose={onClose} foot={foot}>
      <div className="lot">
        <div>
          <h3 className="h3">First</h3>
          <p>Stop the other engine: quit Casebridge on that computer, or end its <code>casebridged</code>. While both deliver, a customer can get a reply twice.</p>
          <label className="flex tick"><input type="checkbox" checked={stopped} onChange={(event) => setStopped(event.target.checked)} data-autofocus /><span>The other engine is stopped</span></label>
        </div>
        {!count && !found.error && <Bars rows={3} height={31} />}
        {count && (
          <div>
            <h3 className="h3">Then</h3>
            <ul className="plan">
              <li><b className="num">{number(count.waiting)}</b> {count.waiting === 1 ? "conversation is" : "conversations are"} written from here; what stands in the CRM is gone on with and not made again</li>
              <li><b className="num">{number(count.cases)}</b> {count.cases === 1 ? "case is" : "cases are"} known here already, <b className="num">{number(count.open_cases)}</b> of them open</li>
              <li>Replies that people wrote since {hhmm(since)} may have been delivered by the other engine: each is held, and you deliver or discard it</li>
              <li><b className="num">0</b> messages to customers</li>
            </ul>
          </div>
        )}
        {found.error && <Failed error={found.error} />}
        {act.error && <Failed error={act.error} safe="It is still stopped, and nothing was delivered." />}
      </div>
    </Sheet>
  );
}
