import type { ConnectionView } from "../../generated";
import { Icon } from "../../shared/Icon";
import { Block } from "./Block";
import { placeOf } from "./crm";
import { Health } from "./Health";
import { Recipe } from "./Recipe";
import { Webhook } from "./Webhook";

/** A connection for those who may look and not change. */
export function ReadOnly({ one, admin, children }: { one: ConnectionView; admin: boolean; children?: React.ReactNode }) {
  return (
    <div className="scroll" data-region tabIndex={0} role="region" aria-label={one.name}>
      <div className="set no-steps">
        <div className="set-main">
          {children}
          {!admin && <div className="note"><Icon name="lock" /><div className="grow"><span className="b">You can look, not change.</span> <span className="t2">Ask an admin to test, pause or change this connection, or to see its webhook URL.</span></div></div>}
          <Block id="connect" title="Connection">
            <dl className="kv facts">
              <div><dt>Instance</dt><dd className="any" dir="ltr">{placeOf(one)}</dd></div>
              <div><dt>Opens a case</dt><dd>{one.mode === "every" ? "At the first message" : "At handoff only"}</dd></div>
              {shownSettings(one).map(([key, value]) => <div key={key}><dt>{key}</dt><dd className="mono any" dir="ltr">{value}</dd></div>)}
            </dl>
          </Block>
          <Webhook name={one.name} admin={admin} polls={one.polls_every_s} pollsToday={one.polls_today} />
          {one.kind === "creatio" && <Recipe name={one.name} category={String(one.settings.activity_category ?? "")} admin={admin} />}
        </div>
        <Health one={one} />
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
