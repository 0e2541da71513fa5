import { useMe } from "../../data/client";
import { useReplyActs } from "../../data/sessions";
import type { ReplyView } from "../../generated";
import { Button } from "../../shared/Button";
import { CrmMark } from "../../shared/CrmMark";
import { Icon } from "../../shared/Icon";
import { said, sentence } from "../../shared/sentence";
import { Time } from "../../shared/Time";
import { toast } from "../../shared/toasts";
import { Plain } from "./Items";

/** What people wrote in the CRM that was not sent: it waits for a decision at the end of the conversation. */
export function HeldReplies({ replies, session, name }: { replies: ReplyView[]; session: string; name: string }) {
  const { release, discard } = useReplyActs(session);
  const reader = useMe().data?.role === "viewer";
  const failure = release.error ?? discard.error;
  const busy = release.isPending || discard.isPending;
  if (replies.length === 0) return null;
  return (
    <section className="held-replies" aria-label="Held replies">
      {replies.map((reply) => (
        <article key={reply.id} className="held-card" tabIndex={-1} data-msg aria-label="Held reply">
          <div className="hd">
            <Icon name="hand" />
            <span className="b nowrap">Held, not sent</span>
            <span className="t2 ell flex tight"><CrmMark name={reply.connection_name} /><bdi className="ell">{reply.author ?? "Agent"}</bdi></span>
            <span className="end f12 t3"><Time at={reply.said_at} quiet /></span>
          </div>
          <div className="bd">
            <blockquote className="f14 read">{reply.text ? <Plain text={reply.text} /> : "The text is not kept here."}</blockquote>
            {reply.reason && <p className="f12 t2" dir="auto">{sentence(reply.reason)}</p>}
            {reader ? <p className="f12 t2">Ask an agent or an admin to deliver or discard it.</p> : (
              <div className="flex wrap">
                <Button icon="send" disabled={busy} onClick={() => release.mutate(reply.id, { onSuccess: () => toast(`The held reply goes to ${name}`) })}>Deliver to <bdi className="ell first-name">{name.split(" ")[0]}</bdi></Button>
                <Button kind="ghost" disabled={busy} onClick={() => discard.mutate(reply.id, { onSuccess: () => toast("The held reply is discarded") })}>Discard</Button>
                <span className="f12 t3">Delivered once, or never. It stays in the case either way.</span>
              </div>
            )}
          </div>
        </article>
      ))}
      {failure && <p className="f12 c-act" role="alert">{said(failure)} Nothing was sent.</p>}
    </section>
  );
}
