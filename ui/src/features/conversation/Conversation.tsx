import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useMe } from "../../data/client";
import { useConnections } from "../../data/engine";
import { useProfile } from "../../data/people";
import { useMore } from "../../data/more";
import { eventsKey, useEvents, useSession } from "../../data/sessions";
import { Button, IconButton } from "../../shared/Button";
import { useNow } from "../../shared/clock";
import { channelIcon, channelName, Icon } from "../../shared/Icon";
import { EmptyState, ErrorPane, Loading, StaleNote } from "../../shared/States";
import { dayName, hhmm, span } from "../../shared/time";
import { Actions } from "./Actions";
import { Composer } from "./Composer";
import { toItems, type Item } from "./events";
import { HeldReplies } from "./HeldReplies";
import { CaseNote, Handoff, Message, Separator, Thought } from "./Items";

const NEAR = 120;

export function Conversation({ session, onBack, onDetails }: { session: string; onBack: () => void; onDetails: () => void }) {
  const detail = useSession(session);
  const events = useEvents(session);
  const older = useMore(eventsKey(session), events.fetchNextPage);
  const connections = useConnections().data;
  const login = useMe().data?.name ?? "";
  const me = useProfile().data?.name ?? login;
  const now = useNow(30_000);
  const row = detail.data?.row;
  const name = row?.contact_name ?? row?.contact_address ?? row?.external_id ?? "";

  const items = useMemo(() => {
    const nameOf = (id: string | null) => connections?.find((one) => one.id === id || one.name === id)?.name ?? "the CRM";
    const inOrder = (events.data?.pages ?? []).flatMap((page) => page.events).sort((a, b) => a.seq - b.seq);
    return toItems(inOrder, nameOf, me);
  }, [events.data, connections, me]);

  const heard = items.findLast((item) => item.type === "message" && item.from === "customer")?.at ?? null;
  const holder = row?.holder.kind === "person" ? row.holder.name : null;
  const heldSince = (events.data?.pages ?? []).flatMap((page) => page.events).filter(({ kind, body }) => (kind === "taken_over" ? body.by : kind === "assigned" ? body.to : undefined) === holder).sort((a, b) => b.seq - a.seq)[0]?.at ?? null;
  const queued = (detail.data?.replies ?? []).filter((reply) => ["given", "released", "offered"].includes(reply.state)).length
    + (detail.data?.arrivals ?? []).filter((arrival) => arrival.taken_at === null).length;

  return (
    <section className="pane talk" aria-label="Conversation" data-region>
      <header className="bar">
        <span className="only-tiny"><IconButton icon="back" label="Back to the list" keys="Esc" onClick={onBack} /></span>
        <div className="title">
          <h2 className="h2 ell"><bdi>{name || "…"}</bdi></h2>
          {row && detail.data && (
            <div className="f12 t3 flex tight">
              <Icon name={channelIcon(row.channel)} small />
              <span className="ell">{channelName(row.channel)}, {row.status === "resolved" ? "resolved" : `open ${span(now - Date.parse(detail.data.created_at))}`}</span>
            </div>
          )}
        </div>
        {row && <Actions session={session} row={row} />}
        <span className="only-narrow"><IconButton icon="panel" label="Details" keys="]" onClick={onDetails} /></span>
      </header>
      {detail.isError && detail.data && <StaleNote what="Conversation" since={detail.dataUpdatedAt} error={detail.error} onRetry={() => { void detail.refetch(); void events.refetch(); }} />}
      {events.isPending || detail.isPending ? (
        <div className="grow"><Loading what="the conversation"><div className="sk-talk"><span className="sk w5" /><span className="sk w7 right" /><span className="sk w4" /><span className="sk w6 right" /></div></Loading></div>
      ) : !events.data || !detail.data ? (
        <div className="grow"><ErrorPane error={events.error ?? detail.error} what="This conversation could not be read" safe="Nothing is lost: your draft is kept here." onRetry={() => { void detail.refetch(); void events.refetch(); }} /></div>
      ) : (
        <Transcript items={items} detail={detail.data} older={events.hasNextPage} reading={events.isFetchingNextPage} onOlder={() => void older()} connectionName={(id) => connections?.find((one) => one.id === id || one.name === id)?.name ?? detail.data.row.case?.connection_name ?? "the CRM"} now={now} />
      )}
      <Composer session={session} row={row ?? null} name={name} heldSince={heldSince} heard={heard} queued={queued} off={detail.isError ? "Sending is off until the engine answers." : null} />
    </section>
  );
}

type Props = { items: Item[]; detail: NonNullable<ReturnType<typeof useSession>["data"]>; older: boolean; reading: boolean; onOlder: () => void; connectionName: (id: string | null) => string; now: number };

/** Opens at the newest message; older pages are put above without moving what is being read. */
function Transcript({ items, detail, older, reading, onOlder, connectionName, now }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const kept = useRef({ height: 0, top: 0, first: "", last: "" });
  const [unseen, setUnseen] = useState(false);
  const first = items.find((item) => item.type !== "day")?.key ?? "";
  const last = items.at(-1)?.key ?? "";
  const replies = new Map(detail.replies.map((reply) => [reply.id, reply]));
  const arrivals = new Map(detail.arrivals.map((arrival) => [arrival.id, arrival]));
  const held = detail.replies.filter((reply) => reply.state === "held");
  const customer = detail.row.contact_name ?? "Customer";

  useLayoutEffect(() => {
    const el = box.current;
    if (!el) return;
    const before = kept.current;
    if (before.last === "") el.scrollTop = el.scrollHeight;
    else if (before.first !== first && before.last === last) el.scrollTop = el.scrollHeight - before.height + before.top;
    else if (before.last !== last) {
      if (before.height - before.top - el.clientHeight < NEAR) el.scrollTop = el.scrollHeight;
      else setUnseen(true);
    }
    kept.current = { height: el.scrollHeight, top: el.scrollTop, first, last };
  }, [first, last]);

  useEffect(() => {
    const el = box.current;
    if (!el) return;
    const watch = new MutationObserver(() => {
      const before = kept.current;
      if (el.scrollHeight !== before.height && before.height - before.top - el.clientHeight < 2) el.scrollTop = el.scrollHeight;
      kept.current = { ...before, height: el.scrollHeight, top: el.scrollTop };
    });
    watch.observe(el, { childList: true, subtree: true });
    return () => watch.disconnect();
  }, []);

  const onScroll = () => {
    const el = box.current;
    if (!el) return;
    kept.current = { ...kept.current, height: el.scrollHeight, top: el.scrollTop };
    if (el.scrollTop < NEAR && older && !reading) onOlder();
    if (el.scrollHeight - el.scrollTop - el.clientHeight < NEAR) setUnseen(false);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    const stops = [...(box.current?.querySelectorAll<HTMLElement>("[data-msg]") ?? [])];
    const at = stops.findIndex((one) => one === document.activeElement);
    const to = event.key === "ArrowUp" ? (at < 0 ? stops.length - 1 : at - 1) : at < 0 ? stops.length - 1 : at + 1;
    const stop = stops[to];
    if (!stop) return;
    event.preventDefault();
    stop.focus();
  };

  return (
    <div className="talk-in">
      <div ref={box} className="msgs" role="log" aria-live="off" aria-label="Messages" tabIndex={0} onScroll={onScroll} onKeyDown={onKeyDown} data-region-focus>
        {older && <div className="sep"><Button kind="ghost" onClick={onOlder} disabled={reading}>{reading ? "Reading older messages" : "Older messages"}</Button></div>}
        {items.length === 0 && <EmptyState title="No messages yet" as="h3">The first one appears here by itself.</EmptyState>}
        {items.map((item) => {
          switch (item.type) {
            case "day": return <Separator key={item.key}>{dayName(item.at, now)}</Separator>;
            case "message": return <Message key={item.key} item={item} customer={customer} channel={detail.row.channel} reply={item.replyId ? replies.get(item.replyId) : undefined} arrival={item.replyId ? arrivals.get(item.replyId) : undefined} connection={connectionName(item.connection)} />;
            case "thought": return <Thought key={item.key} item={item} />;
            case "handoff": return <Handoff key={item.key} item={item} analysis={detail.analysis?.handoff === item.seq ? detail.analysis : null} />;
            case "note": return item.kind === "case_changed" || item.kind === "field_values" ? <CaseNote key={item.key} item={item} /> : <Separator key={item.key}>{item.text} at {hhmm(item.at)}</Separator>;
          }
        })}
        <HeldReplies replies={held} session={detail.row.id} name={detail.row.contact_name ?? "the customer"} />
      </div>
      <NewMessage items={items} customer={customer} />
      {unseen && <button type="button" className="btn s newer" onClick={() => { const el = box.current; if (el) el.scrollTop = el.scrollHeight; setUnseen(false); }}><Icon name="down" />New message</button>}
    </div>
  );
}

const SAID = 200;

/** Reads a message out that came in after the conversation was opened. The log itself is silent: older pages are no news. */
function NewMessage({ items, customer }: { items: Item[]; customer: string }) {
  const newest = items.findLast((item) => item.type === "message");
  const [opened] = useState(newest?.key);
  const news = newest?.type === "message" && newest.key !== opened && newest.from !== "agent" ? newest : null;
  const who = news?.from === "ai" ? "AI" : (news?.author ?? customer);
  return <div className="vh" role="status" aria-label="New message">{news ? `${who}: ${news.text.slice(0, SAID)}` : ""}</div>;
}
