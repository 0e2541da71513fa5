import { Link, useLocation } from "@tanstack/react-router";
import { useConnections } from "../data/engine";
import { useCounts } from "../data/sessions";
import type { ConnectionView, View } from "../generated";
import { PlaceRow } from "../features/desk/PlaceRow";
import { useNow } from "../shared/clock";
import { Brand, Icon } from "../shared/Icon";
import type { IconName } from "../shared/icons";
import { Keys } from "../shared/Kbd";
import { Span, type SpanKind } from "../shared/Span";
import { ago, hhmm } from "../shared/time";

export const VIEW_NAMES: Record<View, string> = {
  all: "All", needs_person: "Needs a person", ai: "AI is handling", mine: "Mine", resolved: "Resolved", trouble: "Trouble",
};
const COUNTED: View[] = ["needs_person", "ai", "mine", "trouble"];

/** Counts end at ten thousand: nobody reads further, and counting on would cost. */
export const many = (count: number) => (count >= 10_000 ? "10,000+" : count.toLocaleString("en"));

export function health(connection: ConnectionView, now: number): { kind: SpanKind; said: string; tone: string } {
  const { paused, last_success_at: last } = connection;
  if (paused?.kind === "another_engine") return { kind: "parked", tone: "c-act", said: "stopped: another engine" };
  if (paused?.kind === "by_hand") return { kind: "breaker", tone: "c-time", said: "paused by hand" };
  if (connection.access?.state === "reconnect_needed") return { kind: "parked", tone: "c-act", said: "reconnect needed" };
  if (connection.access?.state === "not_connected") return { kind: "none", tone: "c-act", said: "nobody is signed in" };
  if (paused) return { kind: "breaker", tone: "c-time", said: paused.until ? `breaker open until ${hhmm(paused.until)}` : "breaker open" };
  if (!last) return { kind: "none", tone: "", said: "no call yet" };
  return { kind: "synced", tone: "", said: `last call ${ago(last, now)}` };
}

type ItemProps = { to: string; icon: IconName; name: string; here: boolean; count?: number | undefined; hot?: number; search?: object };

function Item({ to, icon, name, here, count, hot, search }: ItemProps) {
  const said = hot ? `${name}, ${many(hot)} parked` : count ? `${name}, ${many(count)} need a person` : name;
  return (
    <Link className="nav" to={to} search={search as never} aria-current={here ? "page" : undefined} data-tip-narrow={said}>
      <Icon name={icon} />
      <span className="lbl">{name}</span>{" "}
      {count ? <span className="n">{many(count)}<span className="vh"> need a person</span></span> : null}
      {hot ? (
        <span className="n hot">
          <Icon name="parked" small />
          {many(hot)}<span className="vh"> parked</span>
        </span>
      ) : null}
    </Link>
  );
}

export function Rail({ onFind, live, session }: { onFind: () => void; live: boolean; session: string | undefined }) {
  const { pathname } = useLocation();
  const counts = useCounts().data;
  const connections = useConnections().data ?? [];
  const now = useNow(5_000);
  const at = (path: string) => pathname.startsWith(path);
  return (
    <nav className="rail" aria-label="Main" data-region>
      <div className="brand"><Brand /><span className="lbl">Casebridge</span></div>
      <button type="button" className="search" onClick={onFind} aria-keyshortcuts="Control+K">
        <Icon name="search" small />
        <span className="lbl">Find or run</span>
        <Keys keys="Ctrl K" />
      </button>
      <Item to="/inbox/all" icon="inbox" name="Inbox" here={at("/inbox")} count={counts?.needs_person} />
      {at("/inbox") && (Object.keys(VIEW_NAMES) as View[]).map((view) => (
        <Link key={view} className="nav sub" to="/inbox/$view" params={{ view }} search={{}} aria-current={pathname === `/inbox/${view}` ? "true" : undefined}>
          {VIEW_NAMES[view]}
          <span className="n">{counts && COUNTED.includes(view) && counts[view] > 0 ? many(counts[view]) : ""}</span>
        </Link>
      ))}
      <Item to="/trace" icon="trace" name="Trace" here={at("/trace")} search={session ? { s: session } : {}} />
      <Item to="/deliveries" icon="deliveries" name="Deliveries" here={at("/deliveries")} hot={counts?.parked ?? 0} />
      <Item to="/links" icon="link" name="Case links" here={at("/links")} />
      <Item to="/integrations" icon="plug" name="Integrations" here={at("/integrations")} />
      <Item to="/mappings" icon="mapping" name="Field mappings" here={at("/mappings")} />
      <Item to="/diagnostics" icon="pulse" name="Diagnostics" here={at("/diagnostics")} />
      <Item to="/settings" icon="settings" name="Settings" here={at("/settings")} />
      <div className="eng" role="group" aria-label="Connections">
        <PlaceRow />
        {!live && (
          <div className="r c-time">
            <Span kind="retrying" label="Reconnecting" />
            <div>Engine<small>no answer, trying again</small></div>
          </div>
        )}
        {connections.map((connection) => {
          const { kind, said, tone } = health(connection, now);
          return (
            <Link key={connection.id} to="/integrations/$name" params={{ name: connection.name }} className={`r ${tone}`} data-tip-narrow={`${connection.name}: ${said}`}>
              <Span kind={kind} />
              <div>{connection.name} <small>{said}</small></div>
            </Link>
          );
        })}
      </div>
    </nav>
  );
}
