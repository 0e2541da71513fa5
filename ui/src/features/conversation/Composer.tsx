import { useEffect, useRef, useState } from "react";
import { useMe } from "../../data/client";
import { useAct, useSend } from "../../data/sessions";
import type { SessionRow } from "../../generated";
import { Button } from "../../shared/Button";
import { initials } from "../../shared/Holder";
import { channelIcon, channelName, Icon } from "../../shared/Icon";
import { Support } from "../../shared/States";
import { ago } from "../../shared/time";
import { useNow } from "../../shared/clock";
import { sentence } from "../../shared/sentence";
import { useShortcuts } from "../../shared/shortcuts";
import { channelLimit } from "./limits";
import { draftOf, keepDraft } from "./drafts";
import { newId } from "../../shared/insecure";

type Props = { session: string; row: SessionRow | null; name: string; off: string | null; heldSince: string | null; heard: string | null; queued: number };

/** Line 1: who holds it. Line 2: the text. Line 3: where it goes, what is on its way, the channel's limit, and Send. */
export function Composer({ session, row, name, off, heldSince, heard, queued }: Props) {
  const me = useMe().data;
  const [text, setText] = useState(() => draftOf(session));
  const field = useRef<HTMLTextAreaElement>(null);
  const sent = useRef<{ id: string; text: string } | null>(null);
  const send = useSend(session);
  const act = useAct(session);
  const now = useNow(30_000);

  const reader = me?.role === "viewer";
  const resolved = row?.status === "resolved";
  const holder = row?.holder;
  const mine = holder?.kind === "person" && holder.me;
  const writable = Boolean(mine && !resolved && !off && !reader);

  useEffect(() => {
    const el = field.current;
    if (!el) return;
    el.style.height = "auto";
    el.style.height = `${Math.min(el.scrollHeight, 200)}px`;
  }, [text, writable]);

  const change = (value: string) => {
    setText(value);
    keepDraft(session, value);
  };
  const takeOver = () => {
    if (reader || mine || resolved || !row || act.isPending) return false;
    act.mutate({ act: "session_take_over" }, { onSuccess: () => setTimeout(() => field.current?.focus(), 60) });
    return true;
  };
  const giveBack = () => (mine && !reader && !resolved ? act.mutate({ act: "session_give_back" }) : false);
  const submit = () => {
    const body = text.trim();
    if (!body || !writable || send.isPending) return;
    // The same text sent again is the same reply: it cannot reach the customer twice.
    if (sent.current?.text !== body) sent.current = { id: newId(), text: body };
    send.mutate(sent.current, {
      onSuccess: () => {
        sent.current = null;
        setText((now) => (now.trim() === body ? "" : now));
        if (draftOf(session).trim() === body) keepDraft(session, "");
      },
    });
  };

  useShortcuts({
    t: () => takeOver(),
    "Shift+t": () => giveBack(),
    r: () => (writable ? field.current?.focus() : false),
  });

  if (!row) {
    return text ? (
      <div className="cmp locked">
        <div className="hold"><Icon name="lock" /><span><b>{off ?? "Reading who holds it."}</b> Your draft is kept.</span></div>
        <textarea className="inp area" value={text} readOnly aria-label="Your draft" rows={2} />
      </div>
    ) : null;
  }
  const to = name.split(" ")[0] ?? name;
  const failure = send.error ?? act.error;
  // Whoever was second is told who was first, and when.
  const first = act.error?.code === "conflict" && holder?.kind === "person" && !holder.me && heldSince ? `${holder.name} took this conversation over ${ago(heldSince, now)}.` : null;
  const limit = channelLimit(row.channel, heard, now);
  return (
    <div className={writable ? "cmp" : "cmp locked"} role="group" aria-label="Reply">
      <div className="hold">
        {off ? <Hold icon="lock" strong={off} rest={text ? "Your draft is kept." : "Messages keep arriving there."} />
          : reader ? <Hold icon="lock" strong="You may read this conversation, not write in it." rest="" />
          : resolved ? <Hold icon="check" strong="This conversation is resolved." rest="Reopen it to write." />
          : holder?.kind === "ai" ? <><span className="av ai"><Icon name="ai" small /></span><span><b>AI holds this conversation.</b> It stops as soon as you take over.</span></>
          : holder?.kind === "nobody" ? <><span className="av hot"><Icon name="hand" small /></span><span><b>Nobody holds this conversation.</b> It waits for a person.</span></>
          : mine ? <><span className="av me">{initials(me?.name ?? "")}</span><span><b>You hold this conversation.</b> AI is paused.</span></>
          : holder?.kind === "person" ? <><span className="av">{initials(holder.name)}</span><span><b><bdi>{holder.name}</bdi> holds this conversation.</b> AI is paused.</span></> : null}
        <span className="end">
          {!reader && !off && (mine && !resolved ? (
            <Button kind="ghost" icon="ai" onClick={() => void giveBack()} disabled={act.isPending} className="opt-wide" aria-keyshortcuts="Shift+T" data-tip="Give back to AI (Shift T)">Give back to AI</Button>
          ) : resolved ? (
            <Button icon="retry" onClick={() => act.mutate({ act: "session_reopen" })} disabled={act.isPending}>Reopen</Button>
          ) : (
            <Button kind="primary" icon="person" keys="T" onClick={() => void takeOver()} disabled={act.isPending}>Take over</Button>
          ))}
        </span>
      </div>
      {failure && (
        <div className="note act" role="alert">
          <Icon name="warn" />
          <div className="grow">
            <span className="m">{send.error ? `Not sent: ${failure.message}` : (first ?? sentence(failure.message))}</span>{" "}
            <span className="t2">{first ? "" : sentence(failure.hint)} {text ? "Your draft is kept." : "Nothing was changed."}</span>
            {send.error && <Support error={failure} />}
          </div>
          {send.error && <Button icon="retry" onClick={submit}>Send again</Button>}
        </div>
      )}
      <div className={writable ? "box" : "box off"}>
        <textarea
          ref={field}
          data-composer
          className="tx"
          dir="auto"
          rows={2}
          value={text}
          readOnly={!writable}
          aria-label={`Reply to ${name} on ${channelName(row.channel)}`}
          placeholder={writable ? `Reply to ${to} on ${channelName(row.channel)}` : resolved ? "Reopen to reply" : reader ? "" : `Take over to reply to ${to} on ${channelName(row.channel)}`}
          onChange={(event) => change(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
              event.preventDefault();
              submit();
            }
            if (event.key === "Escape") {
              event.stopPropagation();
              document.querySelector<HTMLElement>(".list [role=listbox]")?.focus();
            }
          }}
        />
        {writable && (
          <div className="flex foot">
            <span className="flex f12 t2 tight to">
              <Icon name={channelIcon(row.channel)} small />
              <span className="ell">{channelName(row.channel)}{row.contact_address && <> to <bdi className="num">{row.contact_address}</bdi></>}{row.case && <span className="t3">, and to case {row.case.number}</span>}</span>
            </span>
            {queued > 0 && <span className="f12 c-acc flex tight nowrap"><Icon name="send" small />{queued === 1 ? "1 reply is" : `${queued} replies are`} on the way</span>}
            {limit && <span className={limit.over ? "chip act" : "chip time"} data-tip={limit.means} tabIndex={0}><Icon name="clock" small />{limit.text}</span>}
            <span className="end"><Button kind="primary" icon="send" keys="Ctrl ↵" onClick={submit} disabled={!text.trim() || send.isPending}>{send.isPending ? "Sending" : "Send"}</Button></span>
          </div>
        )}
      </div>
    </div>
  );
}

function Hold({ icon, strong, rest }: { icon: "lock" | "check"; strong: string; rest: string }) {
  return <><Icon name={icon} /><span><b>{strong}</b> {rest}</span></>;
}
