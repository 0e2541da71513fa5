import { useState } from "react";
import { useMe } from "../../data/client";
import { useCaseDecision, useCasePreview } from "../../data/links";
import type { CaseChip, CaseEffect } from "../../generated";
import { Button } from "../../shared/Button";
import { useDebounced } from "../../shared/debounce";
import { Field } from "../../shared/Field";
import { Icon } from "../../shared/Icon";
import { Sheet } from "../../shared/Sheet";
import { useShortcuts } from "../../shared/shortcuts";
import { Span } from "../../shared/Span";
import { toast } from "../../shared/toasts";
import { BY_HAND, LOST, targetOf, VERBS, waysFor, type Way } from "./words";

/** `state` is null where the conversation never had a case on this connection. */
type About = { session: string; name: string; connection: string; state: CaseChip["state"] | null; merged_into: string | null };
type Props = { link: About; onClose: () => void };

/** A decision about a conversation's case: its consequence with counts first, then the button. */
export function LinkSheet({ link, onClose }: Props) {
  const { state } = link;
  const ways = state ? waysFor({ state, merged_into: link.merged_into }) : BY_HAND;
  const me = useMe().data;
  const [way, setWay] = useState<Way["id"]>(ways[0]?.id ?? "case");
  const [typed, setTyped] = useState("");
  const named = useDebounced(typed.trim(), 350);
  const ready = way !== "case" || (named.length > 2 && named === typed.trim());
  const decision = { session: link.session, connection: link.connection, to: targetOf(way, named) };
  const preview = useCasePreview(decision, ready);
  const decide = useCaseDecision(link.session);
  const reader = me?.role === "viewer";
  const effect = ready ? preview.data : undefined;
  const acts = effect !== undefined && effect.act !== "nothing";
  const run = () => {
    if (!acts || reader || decide.isPending) return;
    decide.mutate(decision, { onSuccess: (done) => { toast(said(done)); onClose(); } });
  };
  useShortcuts({ "Ctrl+Enter": run });
  const choose = (id: Way["id"]) => {
    decide.reset();
    setWay(id);
  };

  return (
    <Sheet
      title={`Case of ${link.name}`}
      onClose={onClose}
      className="link-sheet"
      foot={
        <>
          {reader
            ? <span className="t2 flex"><Icon name="lock" />You may look at this. Ask an agent or an admin to decide it.</span>
            : <Button kind="primary" small={false} keys="Ctrl ↵" onClick={run} disabled={!acts || decide.isPending}>{decide.isPending ? "Working" : effect ? (VERBS[effect.act] ?? "Nothing to do") : "Decide"}</Button>}
          <Button small={false} keys="Esc" onClick={onClose}>Cancel</Button>
        </>
      }
    >
      <div className="in-sheet">
        {state && LOST[state] && (
          <div className="note act"><Icon name="warn" /><div className="grow"><span className="b">{LOST[state]}</span> <span className="t2">Nothing is lost.</span></div></div>
        )}
        <div className="opts" role="radiogroup" aria-label="What should become of it">
          {ways.map((one) => (
            <label key={one.id} className={way === one.id ? "opt on" : "opt"}>
              <input type="radio" name="way" checked={way === one.id} onChange={() => choose(one.id)} {...(way === one.id ? { "data-autofocus": "" } : {})} />
              <span><span className="m block">{one.name}</span><span className="f12 t2">{one.means}</span></span>
            </label>
          ))}
        </div>
        {way === "case" && (
          <Field label={`Case in ${link.connection}`} hint="Number, id or pasted address; it is read in the CRM before anything changes.">
            <input value={typed} onChange={(event) => setTyped(event.target.value)} placeholder="SR00010482" autoComplete="off" spellCheck={false} dir="ltr" />
          </Field>
        )}
        <section aria-label="What will happen" aria-live="polite" aria-busy={preview.isFetching} className="will">
          {!ready ? <p className="t3 f12">Name a case to see what would happen.</p>
            : preview.isPending ? <p className="t3 f12">Counting what would happen.</p>
            : preview.error ? <div className="note act" role="alert"><Icon name="warn" /><div className="grow"><span className="m">{preview.error.message}</span> <span className="t2">{preview.error.hint} Nothing changed.</span></div></div>
            : effect && <Effect effect={effect} />}
        </section>
        {decide.error && <div className="note act" role="alert"><Icon name="warn" /><div className="grow"><span className="m">{decide.error.message}</span> <span className="t2">{decide.error.hint} Nothing changed.</span></div></div>}
      </div>
    </Sheet>
  );
}

function Effect({ effect }: { effect: CaseEffect }) {
  return (
    <>
      {effect.act !== "nothing" && (
        <div className="counts">
          <div><span className="big">{effect.records}</span><span className="f12 t2">{effect.records === 1 ? "message" : "messages"} written to the case</span></div>
          <div><span className="big">{effect.period ?? 0}</span><span className="f12 t2">{effect.period ? "period that begins" : "new periods"}</span></div>
          <div><span className="big">0</span><span className="f12 t2">messages to customers</span></div>
        </div>
      )}
      {effect.number && effect.act !== "unlink" && effect.status && (
        <p className="flex"><Span kind="synced" label="case" /><b className="num" dir="ltr">{effect.number}</b><bdi className="t2">{effect.status}</bdi>{effect.owner && <bdi className="t2">{effect.owner}</bdi>}</p>
      )}
      <ul className="sayings">{effect.sentences.map((one) => <li key={one} dir="auto">{one}</li>)}</ul>
    </>
  );
}

function said(done: CaseEffect): string {
  const number = done.number ?? "";
  switch (done.act) {
    case "create": return "A case is being made";
    case "unlink": return `Unlinked from ${number}`;
    case "follow": return `Goes on in ${number}`;
    default: return `Linked with ${number}`;
  }
}
