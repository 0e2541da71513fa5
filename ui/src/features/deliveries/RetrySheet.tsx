import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { refresh, useHost } from "../../data/client";
import type { Deliveries, LaneGroup } from "../../generated";
import { Button, IconButton } from "../../shared/Button";
import { Icon } from "../../shared/Icon";
import { useShortcuts } from "../../shared/shortcuts";
import { toast } from "../../shared/toasts";
import { retryScope } from "./groups";

/** Counts first, then what will happen, with its zeros; only then the button. */
export function RetrySheet({ group, all, onClose }: { group: LaneGroup; all: Deliveries; onClose: () => void }) {
  const host = useHost();
  const client = useQueryClient();
  const box = useRef<HTMLElement>(null);
  const scope = retryScope(group, all);
  const paused = all.connections.find((one) => one.name === group.connection)?.paused;

  useEffect(() => {
    const before = document.activeElement;
    box.current?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);

  const retry = useMutation({
    mutationFn: async () => {
      if (scope.whole) return (await host.call("lanes_retry", { connection: group.connection, ...(group.state === "parked" ? { parked: true } : { unfinished: true }) })).count;
      let count = 0;
      for (const lane of group.lanes) count += (await host.call("lanes_retry", { session: lane.session, connection: group.connection })).count;
      return count;
    },
    onSettled: () => refresh(client, ["lanes", "sessions"]),
    onSuccess: (count) => {
      toast(count === 1 ? "1 delivery is tried again" : `${count} deliveries are tried again`);
      onClose();
    },
  });
  const run = () => {
    if (!retry.isPending) retry.mutate();
  };
  useShortcuts({ Escape: onClose, "Ctrl+Enter": run });
  const things = scope.count === 1 ? "delivery" : "deliveries";

  return (
    <aside ref={box} className="det ask" aria-label={`Retry ${scope.count} ${things}?`} data-region tabIndex={-1}>
      <div className="bar">
        <span className="c-acc"><Icon name="retry" /></span>
        <h2 className="h2">Retry {scope.count} {things}?</h2>
        <span className="end"><IconButton icon="close" label="Close" keys="Esc" onClick={onClose} /></span>
      </div>
      <div className="scroll grow">
        <div className="in">
          <div className="counts">
            <div><span className="big">{scope.count}</span><span className="f12 t2">{things}</span></div>
            <div><span className="big">{scope.conversations}</span><span className="f12 t2">{scope.conversations === 1 ? "conversation" : "conversations"}</span></div>
            <div><span className="big">0</span><span className="f12 t2">messages to customers</span></div>
          </div>
          {scope.whole && <div className="note"><Icon name="info" /><div className="grow">Not all of them can be listed, so everything {group.state === "parked" ? "parked" : "unfinished"} on {group.connection} is tried again.</div></div>}
          {group.hint && group.state === "parked" && <div className="note act"><Icon name="parked" /><div className="grow"><div className="b">First: {group.hint}</div><div className="t2">Without it, they are parked again. That harms nothing.</div></div></div>}
          <section className="said">
            <h3 className="h3">{group.connection} said</h3>
            <pre className="code" dir="ltr">{group.reason}</pre>
          </section>
          <section className="said">
            <h3 className="h3">What will happen</h3>
            <ul className="plan">
              <li><Icon name="plus" small />Written again from the conversation<span className="end num">{scope.count}</span></li>
              <li className="t2"><Icon name="minus" small />Added twice<span className="end num">0</span></li>
              <li className="t2"><Icon name="send" small />Sent to customers<span className="end num">0</span></li>
            </ul>
          </section>
          <p className="f12 t2">The records keep the ids of the first try, so nothing can be added twice.{paused ? ` ${group.connection} rests at the moment: the retry waits for it.` : ""}</p>
          {retry.error && <div className="note act" role="alert"><Icon name="warn" /><div className="grow"><span className="m">{retry.error.message}</span> <span className="t2">{retry.error.hint} What was started goes on; retry the rest.</span></div></div>}
        </div>
      </div>
      <footer className="sheet-foot">
        <Button kind="primary" small={false} icon="retry" keys="Ctrl ↵" onClick={run} disabled={retry.isPending}>{retry.isPending ? "Retrying" : `Retry ${scope.count} ${things}`}</Button>
        <Button small={false} keys="Esc" onClick={onClose}>Cancel</Button>
      </footer>
    </aside>
  );
}
