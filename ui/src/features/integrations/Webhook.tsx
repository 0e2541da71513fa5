import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { refresh, useHost } from "../../data/client";
import { useWebhook } from "../../data/engine";
import { Button } from "../../shared/Button";
import { Icon } from "../../shared/Icon";
import { Sheet } from "../../shared/Sheet";
import { Time } from "../../shared/Time";
import { hhmm } from "../../shared/time";
import { toast } from "../../shared/toasts";
import { copyText } from "../../shared/insecure";

const SHOWN_MS = 30_000;
const GRACE_MINUTES = 60;

/** The address the CRM calls: a secret, so it is masked, and showing it is written down. */
export function Webhook({ name, admin, polls }: { name: string; admin: boolean; polls: number }) {
  const host = useHost();
  const client = useQueryClient();
  const hook = useWebhook(name).data;
  const [asking, setAsking] = useState(false);
  const reveal = useMutation({ mutationFn: () => host.call("webhook_url", { name }) });
  const copy = useMutation({
    mutationFn: () => host.call("webhook_url", { name }),
    onSuccess: ({ url }) => void copyText(url, "The webhook URL is copied"),
  });
  const renew = useMutation({
    mutationFn: () => host.call("webhook_regenerate", { name, grace_minutes: GRACE_MINUTES }),
    onSuccess: () => {
      setAsking(false);
      refresh(client, ["connections"]);
      toast("The webhook has a new URL");
    },
  });
  const { data: shown, reset } = reveal;
  useEffect(() => {
    if (!shown) return;
    const timer = setTimeout(reset, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [shown, reset]);
  if (!hook) return null;
  const error = reveal.error ?? copy.error ?? renew.error;
  return (
    <section className="blk" aria-labelledby="hook">
      <header><h2 id="hook" className="h2">Webhook</h2><p className="t2">With it replies arrive in seconds. Without it the case is looked at every {polls} s, so nothing is missed.</p></header>
      <div className="hook">
        <code className="inp any" dir="ltr">{shown ? shown.url : hook.masked}</code>
        <span className="flex">
          <Button icon="eye" onClick={() => (shown ? reset() : reveal.mutate())} disabled={!admin}>{shown ? "Hide" : "Reveal"}</Button>
          <Button icon="copy" onClick={() => copy.mutate()} disabled={!admin}>Copy</Button>
          <Button kind="ghost" icon="retry" onClick={() => setAsking(true)} disabled={!admin}>Regenerate…</Button>
        </span>
      </div>
      <p className="f12 t3">{admin ? "Revealing and copying are written down. It hides itself after 30 s." : "Only admins may see it."}</p>
      {!hook.public_url && <div className="note"><Icon name="info" /><div className="grow">No public address is set, so the CRM cannot reach this computer. Replies arrive by polling.</div></div>}
      {hook.grace_until && <div className="note time"><Icon name="clock" /><div className="grow"><span className="m">The old URL works until {hhmm(hook.grace_until)}.</span> <span className="t2">{hook.old_calls} calls came to it{hook.old_last_at && <>, the last <Time at={hook.old_last_at} as="ago" /></>}.</span></div></div>}
      <p className="f12 t2">{hook.last_call_at ? <>Last call <Time at={hook.last_call_at} as="ago" />: <code>{hook.last_call}</code></> : "No call has been received yet."}</p>
      {error && <div className="note act" role="alert"><Icon name="warn" /><div className="grow">{error.message} {error.hint}</div></div>}
      {asking && (
        <Sheet title="Make a new webhook URL?" onClose={() => setAsking(false)} foot={<><Button kind="primary" small={false} onClick={() => renew.mutate()} disabled={renew.isPending}>Make a new URL</Button><Button small={false} onClick={() => setAsking(false)}>Cancel</Button></>}>
          <p className="t2">The old URL works for {GRACE_MINUTES} minutes more. Paste the new one into the CRM in that time. Until then replies also arrive by polling: nothing is missed.</p>
        </Sheet>
      )}
    </section>
  );
}
