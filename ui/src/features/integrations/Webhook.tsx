import { useEffect, useState } from "react";
import { useWebhook } from "../../data/engine";
import { useChange } from "../../data/integrations";
import type { WebhookView } from "../../generated";
import { Button } from "../../shared/Button";
import { useNow } from "../../shared/clock";
import { Icon } from "../../shared/Icon";
import { copyText } from "../../shared/insecure";
import { Sheet } from "../../shared/Sheet";
import { Time } from "../../shared/Time";
import { shortTime, hhmm } from "../../shared/time";
import { toast } from "../../shared/toasts";
import { Block } from "./Block";
import { useCrm } from "./crm";
import { Options } from "./Options";
import { PublicAddress } from "./PublicAddress";
import { Failed } from "./TestResult";

const SHOWN_MS = 30_000;
const GRACES = [["1440", "1 day", "Enough to paste it in one place."], ["10080", "7 days", "When somebody else must do it."], ["60", "1 hour", ""], ["0", "End it now", "When it leaked. Replies go on arriving by polling."]] as const;

/** The secret itself, for 30 seconds and only for who asked. */
export function useRevealed(name: string) {
  const { mutate, data, reset, error } = useChange("webhook_url");
  useEffect(() => {
    if (!data) return;
    const timer = setTimeout(reset, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [data, reset]);
  const copy = useChange("webhook_url", (address) => void copyText(address.url ?? address.path, "The webhook URL is copied"));
  return { shown: data ? (data.url ?? data.path) : null, hide: reset, reveal: () => mutate({ name }), copy: () => copy.mutate({ name }), error: error ?? copy.error };
}

/** The address the CRM calls: a secret, so it is masked, and showing it is written down. */
export function Webhook({ name, admin, polls, pollsToday }: { name: string; admin: boolean; polls: number; pollsToday: number }) {
  const hook = useWebhook(name).data;
  const [asking, setAsking] = useState(false);
  const { crm } = useCrm();
  const { shown, hide, reveal, copy, error } = useRevealed(name);
  const grace = useChange("webhook_grace", () => toast("Changed"));
  const now = useNow();
  if (!hook) return null;
  const current = hook.calls.find((call) => !call.old);
  const former = hook.calls.find((call) => call.old);
  const failed = error ?? grace.error;
  const day = (at: string) => (shortTime(at, now) === hhmm(at) ? hhmm(at) : `${shortTime(at, now)} ${hhmm(at)}`);
  return (
    <Block id="hook" title="Webhook" lead="A secret: whoever has it can wake this connection. Nothing is taken from the call itself, the case is always read again.">
      <PublicAddress admin={admin} polls={polls} pollsToday={pollsToday} />
      <div className="hook">
        <div className="inp secret"><Icon name="lock" small /><code className="any" dir="ltr">{!admin ? "Only admins see it" : (shown ?? (hook.masked || "None yet. Reveal or copy makes one."))}</code></div>
        <span className="flex">
          <Button icon="eye" onClick={() => (shown ? hide() : reveal())} disabled={!admin}>{shown ? "Hide" : "Reveal"}</Button>
          <Button icon="copy" onClick={copy} disabled={!admin}>Copy</Button>
          <Button kind="ghost" icon="retry" onClick={() => setAsking(true)} disabled={!admin}>Regenerate…</Button>
        </span>
      </div>
      <p className="f12 t3">{admin ? "Revealing and copying are written down. It hides itself after 30 s." : "Ask an admin."}</p>
      <Calls hook={hook} current={current} />
      {hook.grace_until && (
        <div className="note time">
          <Icon name="clock" />
          <div className="grow">
            <span className="b">{former ? `${crm} still calls the old URL.` : "The old URL still works."}</span> <span className="t2">{hook.since && `It was replaced ${day(hook.since)} and works`}{!hook.since && "It works"} until {day(hook.grace_until)}. {former ? <>Last call on it: <Time at={former.at} as="ago" />.</> : "No call has come on it."}</span>
            {admin && <p className="flex wrap note-acts"><Button icon="copy" onClick={copy}>Copy new URL</Button><Button onClick={() => grace.mutate({ name, minutes: 10_080 })}>Let it work 7 more days</Button><Button kind="ghost" danger onClick={() => grace.mutate({ name, minutes: 0 })}>End the old URL now</Button></p>}
          </div>
        </div>
      )}
      {failed && <Failed error={failed} />}
      {asking && <Regenerate name={name} former={former?.at ?? null} onClose={() => setAsking(false)} />}
    </Block>
  );
}

function Calls({ hook, current }: { hook: WebhookView; current: WebhookView["calls"][number] | undefined }) {
  return (
    <ul className="calls f12 t2">
      <li><Icon name="clock" small />{current ? <>Last call on this URL: <Time at={current.at} as="ago" />, <code>{current.event_type}</code></> : "Last call: none yet on this URL"}</li>
      {hook.old_calls > 0 && <li className="c-time"><Icon name="warn" small />{hook.old_calls.toLocaleString("en")} calls on URLs that have ended{hook.old_last_at && <>, the last <Time at={hook.old_last_at} as="ago" /></>}</li>}
      {hook.wrong_calls > 0 && <li className="c-time"><Icon name="warn" small />{hook.wrong_calls.toLocaleString("en")} calls with a wrong token, on all connections{hook.wrong_last_at && <>, the last <Time at={hook.wrong_last_at} as="ago" /></>}</li>}
    </ul>
  );
}

function Regenerate({ name, former, onClose }: { name: string; former: string | null; onClose: () => void }) {
  const [minutes, setMinutes] = useState("1440");
  const { crm, kind } = useCrm();
  const renew = useChange("webhook_regenerate", () => {
    onClose();
    toast(`The webhook has a new URL. Copy it into ${crm}`);
  });
  const field = { name: "grace", onChange: (event: { target: { value: string } }) => Promise.resolve(setMinutes(event.target.value)), onBlur: () => Promise.resolve(), ref: () => undefined };
  const chosen = GRACES.find(([id]) => id === minutes)?.[1];
  return (
    <Sheet title="Make a new webhook URL?" onClose={onClose} foot={<><Button kind="primary" small={false} onClick={() => renew.mutate({ name, grace_minutes: Number(minutes) })} disabled={renew.isPending}>Make a new URL</Button><Button small={false} onClick={onClose}>Cancel</Button></>}>
      <div className="lot">
        <Options legend="The present URL works for" named value={minutes} field={field} options={GRACES.map(([id, what, means]) => ({ id, name: what, means }))} />
        <p className="t2">{minutes === "0" ? `${crm} calls in vain from now on, until you paste the new URL.` : `Paste the new URL into ${kind === "salesforce" ? "the Named Credential" : crm} within ${chosen}.`} Nothing is missed: replies also arrive by polling. {former && <>A URL before this one was last called <Time at={former} as="ago" />; its end does not move.</>}</p>
        {renew.error && <Failed error={renew.error} />}
      </div>
    </Sheet>
  );
}
