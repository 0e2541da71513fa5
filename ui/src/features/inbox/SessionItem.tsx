import { memo } from "react";
import type { SessionRow } from "../../generated";
import { CrmMark } from "../../shared/CrmMark";
import { channelIcon, channelName, Icon } from "../../shared/Icon";
import { HolderIcon, holderWord } from "../../shared/Holder";
import { StatusWord } from "../../shared/Span";
import { Time } from "../../shared/Time";

type Props = { row: SessionRow; top: number; index: number; size: number; selected: boolean; onSelect: (session: string) => void };

/** One conversation in three lines, which are its name as well. It holds no buttons: what can be done stands in its pane. */
export const SessionItem = memo(function SessionItem({ row, top, index, size, selected, onSelect }: Props) {
  const name = row.contact_name ?? row.contact_address ?? row.external_id;
  const waits = row.status === "open" && (row.holder.kind === "nobody" || (row.holder.kind === "person" && row.holder.me && row.last_from === "customer"));
  const from = row.last_from === "agent" ? (row.holder.kind === "person" && row.holder.me ? "You: " : "Agent: ") : row.last_from === "ai" ? "AI: " : "";
  return (
    <div
      id={`row-${row.id}`}
      role="option"
      aria-selected={selected}
      aria-posinset={index + 1}
      aria-setsize={size}
      className={waits ? "row un" : "row"}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => onSelect(row.id)}
    >
      <span className="ico"><HolderIcon row={row} /></span>
      <div className="l1">
        <span className="nm ell" dir="auto">{name}</span>
        <span className="vh">, {holderWord(row)}, </span>
        <Time at={row.last_at} as="list" quiet />
      </div>
      <div className="l2">
        <span className="vh">, </span><Icon name={channelIcon(row.channel)} label={channelName(row.channel)} small /><span className="vh">, </span>
        <span className="ell" dir="auto">{row.last_text ? from + row.last_text : <span className="t3">No messages yet</span>}</span>
      </div>
      <div className="l3">
        <span className="vh">, </span>
        {row.case && <><CrmMark name={row.case.connection_name} /><span className="vh"> case </span></>}
        {row.case && <span className="id" dir="ltr">{row.case.number ?? "no number yet"}</span>}
        {row.held_replies > 0 && <span className="chip act tiny"><Icon name="hand" small /><span className="vh">, </span>{row.held_replies}<span className="vh"> {row.held_replies === 1 ? "reply" : "replies"} </span><span className="word">held</span></span>}
        <span className="vh">, </span>
        <span className="end ell"><StatusWord sync={row.sync} chip={row.case} /></span>
      </div>
    </div>
  );
});
