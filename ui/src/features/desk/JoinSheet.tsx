import { useState, type FormEvent } from "react";
import { useDesk, useSwitch } from "../../data/desk";
import { Button } from "../../shared/Button";
import { Field } from "../../shared/Field";
import { said } from "../../shared/sentence";
import { Sheet } from "../../shared/Sheet";

/** Makes this window the console of a team's server. */
export function JoinSheet({ onClose }: { onClose: () => void }) {
  const desk = useDesk();
  const join = useSwitch();
  const [link, setLink] = useState("");
  const refused = join.error ? said(join.error) : undefined;
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (link.trim() && !join.isPending) join.mutate({ to: "join", link }, { onSuccess: onClose });
  };
  if (!desk) {
    return (
      <Sheet title="Join a team server" onClose={onClose} className="join">
        <p className="t2">Open the link that the server's admin made for you in this browser. It opens once, within ten minutes, and lets you in as the person it was made for.</p>
        <p className="t2">The admin makes it on the server:</p>
        <pre className="code">casebridged console link --role agent --name Mary</pre>
      </Sheet>
    );
  }
  return (
    <Sheet title="Join a team server" onClose={onClose} className="join">
      <form className="join-form" onSubmit={send}>
        <p className="t2">The server's engine then works instead of this computer's. Conversations that came in here stay in the data folder of this computer, and are here again when you leave.</p>
        <Field label="Console link" error={refused} hint="The admin makes one with casebridged console link. It works once, within ten minutes.">
          <input value={link} onChange={(event) => setLink(event.target.value)} placeholder="https://cases.example.com/console/enter?link=…" autoComplete="off" spellCheck={false} dir="ltr" data-autofocus />
        </Field>
        <div className="flex end-acts">
          <Button kind="primary" small={false} type="submit" disabled={!link.trim() || join.isPending}>{join.isPending ? "Joining" : "Join"}</Button>
        </div>
      </form>
    </Sheet>
  );
}
