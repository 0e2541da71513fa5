import { Link } from "@tanstack/react-router";
import type { ConnectionView } from "../../generated";
import { useNow } from "../../shared/clock";
import { Time } from "../../shared/Time";
import { inTime } from "../../shared/time";
import { kindOf } from "./crm";

const number = (count: number) => count.toLocaleString("en");

/** What is known of a connection; what only the CRM knows is not guessed. */
export function Health({ one }: { one: ConnectionView }) {
  const now = useNow(5_000);
  const when = (at: string | null, none: string) => (at ? <Time at={at} as="ago" /> : none);
  const { calls_today: calls, calls_per_day: most } = one;
  const salesforce = kindOf(one.kind) === "salesforce";
  const token = one.token_until && Date.parse(one.token_until) > now ? `renews ${inTime(one.token_until, now)}` : salesforce ? "used until Salesforce ends it, then renewed" : "none in hand, got at the next call";
  const own = salesforce ? "Our own count. The test shows what Salesforce says of the whole org." : most ? "Our own count. The figure is yours: Creatio tells none." : "Our own count. Creatio tells no quota; enter your plan's figure to see it here.";
  return (
    <aside className="set-aside" aria-label="Health">
      <section className="card health">
        <h2 className="h2">Health</h2>
        <dl className="kv">
          <div><dt>Last good call</dt><dd>{when(one.last_success_at, "none yet")}</dd></div>
          <div><dt>Token</dt><dd>{token}</dd></div>
          <div><dt>Last webhook</dt><dd>{when(one.last_webhook_at, "none yet")}</dd></div>
          <div><dt>Last look</dt><dd>{when(one.last_poll_at, "none yet")}, every {one.polls_every_s} s</dd></div>
          {one.last_poll_failure && <div><dt>It failed</dt><dd className="c-time any">{one.last_poll_failure}</dd></div>}
          <div><dt>Calls, 24 h</dt><dd className="num">{number(calls)}{most ? ` of ${number(most)}` : ""}{calls > 0 && <span className="t3"> ({number(one.polls_today)} polling)</span>}</dd></div>
          <div><dt>Failed, 24 h</dt><dd className={one.failed_today ? "num c-time" : "num"}>{number(one.failed_today)}</dd></div>
        </dl>
        {most ? <progress className={calls > most * 0.8 ? "meter hot" : "meter"} max={most} value={Math.min(calls, most)} aria-label={`Calls of the last 24 hours: ${number(calls)} of ${number(most)}`} /> : null}
        <p className="f12 t3">{own}</p>
      </section>
      <section className="card health">
        <h2 className="h2">Deliveries</h2>
        <dl className="kv">
          <div><dt>Followed</dt><dd className="num">{number(one.lanes.all)}</dd></div>
          <div><dt>Due now</dt><dd className="num">{number(one.lanes.due)}</dd></div>
          <div><dt>Failing</dt><dd className={one.lanes.failing ? "num c-time" : "num"}>{number(one.lanes.failing)}</dd></div>
          <div><dt>Parked</dt><dd className={one.lanes.parked ? "num c-act" : "num"}>{number(one.lanes.parked)}</dd></div>
        </dl>
        {(one.lanes.parked > 0 || one.lanes.failing > 0) && <Link to="/deliveries">See what clears them</Link>}
      </section>
    </aside>
  );
}
