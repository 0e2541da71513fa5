import { Popover } from "radix-ui";
import { useState, type FormEvent } from "react";
import { useMe } from "../../data/client";
import { useKnownPeople, useProfile } from "../../data/people";
import { useAct, type ActInput } from "../../data/sessions";
import type { SessionRow } from "../../generated";
import { Button, IconButton } from "../../shared/Button";
import { Icon } from "../../shared/Icon";
import { useShortcuts } from "../../shared/shortcuts";
import { toast } from "../../shared/toasts";

type AskProps = { open: boolean; setOpen: (open: boolean) => void; word: string; keys: string; label: string; hint: string; usual: string; verb: string; needed: boolean; known?: string[]; onDone: (text: string) => void; busy: boolean };

/** A button that asks for one line before it acts. */
function Ask({ open, setOpen, word, keys, label, hint, usual, verb, needed, known = [], onDone, busy }: AskProps) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get("text") ?? "").trim();
    if (needed && text === "") return;
    setOpen(false);
    onDone(text);
  };
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild><Button keys={keys} disabled={busy} className="hide-tight">{word}</Button></Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="pop" align="end" sideOffset={6} aria-label={label}>
          <form onSubmit={submit} className="fld">
            <label htmlFor="ask">{label}</label>
            <input id="ask" name="text" className="inp" defaultValue={usual} autoComplete="off" autoFocus required={needed} aria-describedby="ask-hint" {...(known.length ? { list: "ask-known" } : {})} />
            {known.length > 0 && <datalist id="ask-known">{known.map((name) => <option key={name} value={name} />)}</datalist>}
            <span id="ask-hint" className="hint">{hint}</span>
            <span className="flex end"><Button onClick={() => setOpen(false)} kind="ghost">Cancel</Button><Button type="submit" kind="primary">{verb}</Button></span>
          </form>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

export function Actions({ session, row }: { session: string; row: SessionRow }) {
  const me = useMe().data;
  const act = useAct(session);
  const [asking, setAsking] = useState<"assign" | "hand_off" | null>(null);
  const reader = me?.role === "viewer";
  const open = row.status === "open";
  const person = row.holder.kind === "person";

  const run = (input: ActInput, said: string, undo?: ActInput) =>
    act.mutate(input, { onSuccess: () => toast(said, undo && (() => act.mutate(undo))) });
  const resolve = () => (open ? run({ act: "session_resolve" }, "Resolved", { act: "session_reopen" }) : run({ act: "session_reopen" }, "Reopened", { act: "session_resolve" }));
  const people = useKnownPeople(asking === "assign");
  const profile = useProfile().data;
  const url = row.case?.url;
  useShortcuts({
    e: () => (reader || act.isPending ? false : resolve()),
    a: () => (reader || !open ? false : setAsking("assign")),
    h: () => (reader || !open || row.holder.kind === "nobody" ? false : setAsking("hand_off")),
    o: () => (url ? void window.open(url, "_blank", "noopener,noreferrer") : false),
  });

  if (reader) return <span className="end chip">You read only</span>;
  return (
    <span className="end flex acts">
      {act.isError && <span className="f12 c-act act-failed" role="alert">{act.error.message} <IconButton icon="close" label="Close" onClick={() => act.reset()} /></span>}
      {open && (person || row.holder.kind === "nobody") && (
        <Ask open={asking === "assign"} setOpen={(is) => setAsking(is ? "assign" : null)} word="Assign" keys="A" label="Assign to" hint={people.error ? "Names could not be read; type one." : "Somebody who was here, or another name."} usual={profile?.name ?? me?.name ?? ""} known={people.data ?? []} verb="Assign" needed busy={act.isPending} onDone={(to) => run({ act: "session_assign", to }, `Assigned to ${to}`)} />
      )}
      {open && row.holder.kind !== "nobody" && (
        <Ask open={asking === "hand_off"} setOpen={(is) => setAsking(is ? "hand_off" : null)} word="Hand off" keys="H" label="Hand off to a person" hint="Why; it stands in the case. May stay empty." usual="" verb="Hand off" needed={false} busy={act.isPending} onDone={(reason) => run({ act: "session_hand_off", ...(reason ? { reason } : {}) }, "Handed off")} />
      )}
      <Button keys="E" onClick={resolve} disabled={act.isPending}>
        <Icon name={open ? "check" : "retry"} />
        {open ? "Resolve" : "Reopen"}
      </Button>
    </span>
  );
}
