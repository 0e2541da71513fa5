import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useMe } from "../../data/client";
import { useLaneActs, useRetry } from "../../data/engine";
import type { LaneView } from "../../generated";
import { Button } from "../../shared/Button";
import { Field } from "../../shared/Field";
import { Icon } from "../../shared/Icon";
import { Sheet } from "../../shared/Sheet";
import { toast } from "../../shared/toasts";

/** What can be done with one delivery, each with its consequence beside it. */
export function LaneSheet({ lane, onClose }: { lane: LaneView; onClose: () => void }) {
  const me = useMe().data;
  const retry = useRetry();
  const { skip, park } = useLaneActs();
  const [why, setWhy] = useState("");
  const which = { session: lane.session, connection: lane.connection };
  const parked = lane.state === "parked";
  const stuck = parked || lane.state === "retrying";
  const busy = retry.isPending || skip.isPending || park.isPending;
  const failure = retry.error ?? skip.error ?? park.error;
  const done = (said: string) => ({ onSuccess: () => { toast(said); onClose(); } });
  const left = Math.max(0, lane.dirty_seq - lane.written_seq);
  return (
    <Sheet title={`Delivery of ${lane.contact_name ?? lane.session}`} onClose={onClose}>
      <div className="in-sheet">
        <p className="t2">{lane.connection}{lane.case_number && <>, case <span className="num" dir="ltr">{lane.case_number}</span></>}: {left === 1 ? "1 event is" : `${left} events are`} not in the case yet.</p>
        {lane.reason && <pre className="code" dir="ltr">{lane.reason}</pre>}
        {failure && <div className="note act" role="alert"><Icon name="warn" /><div className="grow"><span className="m">{failure.message}</span> <span className="t2">{failure.hint} Nothing changed.</span></div></div>}
        {me?.role === "viewer" ? <p className="t2 flex"><Icon name="lock" />You may look at this. Ask an agent or an admin to act.</p> : (
          <ul className="ways">
            <li><Button kind="primary" icon="retry" disabled={busy} data-autofocus onClick={() => retry.mutate(which, done("It is tried again"))}>{parked ? "Release" : "Try now"}</Button><span className="t2">Written again with the ids of the first try: nothing is added twice. 0 messages to customers.</span></li>
            {stuck && <li><Button icon="minus" disabled={busy || me?.role !== "admin"} onClick={() => skip.mutate({ lane: which }, done("The item is left out"))}>Skip the refused item</Button><span className="t2">{me?.role === "admin" ? "That one item is left out; a line in the case stands in its place. The rest goes on." : "That one item would be left out. Ask an admin."}</span></li>}
            {!parked && <li><Button icon="parked" disabled={busy || me?.role !== "admin"} onClick={() => park.mutate({ lane: which, why: why.trim() }, done("Parked"))}>Park</Button><span className="t2">{me?.role === "admin" ? "Nothing is written for this conversation until somebody releases it." : "Nothing would be written until it is released. Ask an admin."}</span></li>}
          </ul>
        )}
        {!parked && me?.role === "admin" && <Field label="Why it is parked" hint="It stands in the trace; may stay empty."><input value={why} onChange={(event) => setWhy(event.target.value)} maxLength={200} autoComplete="off" /></Field>}
        <Link to="/inbox/$view" params={{ view: "all" }} search={{ s: lane.session }} className="flex" onClick={onClose}><Icon name="link" small />The conversation, where its case can be changed</Link>
        <Link to="/trace" search={{ s: lane.session }} className="flex" onClick={onClose}><Icon name="trace" small />Every step in the trace</Link>
      </div>
    </Sheet>
  );
}
