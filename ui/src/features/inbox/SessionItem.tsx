import { memo } from "react";
import type { SessionRow } from "../../generated";
import { CrmMark } from "../../shared/CrmMark";
import { channelIcon, channelName, Icon } from "../../shared/Icon";
import { HolderIcon, holderWord } from "../../shared/Holder";
import { SPAN_WORDS, spanKind, StatusWord, syncWord } from "../../shared/Span";
import { Time } from "../../shared/Time";

type Props = { row: SessionRow; now: number; top: number; index: number; size: number; selected: boolean; onSelect: (session: string) => void };

/** One conversation in three lines. It holds no buttons: what can be done stands in its pane. */
export const SessionItem = memo(function SessionItem({ row, now, top, index, size, selected, onSelect }: Props) {
  const name = row.contact_name ?? row.contact_address ?? row.external_id;
  const waits = row.status === "open" && (row.holder.kind === "nobody" || (row.holder.kind === "person" && row.holder.me && row.last_from === "customer"));
  const state = syncWord(row.sync, row.case, now) ?? SPAN_WORDS[spanKind(row.sync, row.case)];
  const held = row.held_replies > 0 ? `, ${row.held_replies} ${row.held_replies === 1 ? "reply" : "replies"} held` : "";
  const from = row.last_from === "agent" ? (row.holder.kind === "person" && row.holder.me ? "You: " : "Agent: ") : row.last_from === "ai" ? "AI: " : "";
  return (
    <div
      id={`row-${row.id}`}
      role="option"
      aria-selected={selected}
      aria-posinset={index + 1}
      aria-setsize={size}
      aria-label={`${name}, ${holderWord(row)}, ${channelName(row.channel)}, ${row.case ? `case ${row.case.number ?? "without a number"}` : "no case"}, ${state}${held}`}
      className={waits ? "row un" : "row"}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => onSelect(row.id)}
    >
      <span className="ico"><HolderIcon row={row} /></span>
      <div className="l1">
        <span className="nm ell" dir="auto">{name}</span>
        <Time at={row.last_at} as="list" quiet />
      </div>
      <div className="l2">
        <Icon name={channelIcon(row.channel)} small />
        <span className="ell" dir="auto">{row.last_text ? from + row.last_text : <span className="t3">No messages yet</span>}</span>
      </div>
      <div className="l3">
        {row.case && <CrmMark name={row.case.connection_name} />}
        {row.case && <span className="id" dir="ltr">{row.case.number ?? "no number yet"}</span>}
        {row.held_replies > 0 && <span className="chip act tiny"><Icon name="hand" small />{row.held_replies}<span className="word">held</span></span>}
        <span className="end ell"><StatusWord sync={row.sync} chip={row.case} /></span>
      </div>
    </div>
  );
});
