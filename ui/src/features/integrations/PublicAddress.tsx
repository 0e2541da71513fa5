import { useState } from "react";
import { useChange, usePublicAddress } from "../../data/integrations";
import type { PublicAddress as Address, SelfTest } from "../../generated";
import { Button } from "../../shared/Button";
import { Field } from "../../shared/Field";
import { Icon } from "../../shared/Icon";
import { useCrm } from "./crm";
import { Failed } from "./TestResult";

const DAY_S = 86_400;

/** Where the self-test's call arrived, and what to do when it was not here. */
function Found({ found: { reached, detail } }: { found: SelfTest }) {
  const { crm } = useCrm();
  if (reached === "us") return <div className="note ok" role="status"><Icon name="check" /><div className="grow"><span className="b">It leads here.</span> <span className="t2">This engine called its own door at this address and saw the call arrive. Whether {crm} can reach it too, the first call proves.</span></div></div>;
  if (reached === "somebody_else") return <div className="note act" role="status"><Icon name="warn" /><div className="grow"><span className="b">Somebody else answers there ({detail}).</span> <span className="t2">The call did not arrive at this engine. Point the tunnel or proxy at the public listener of this engine.</span></div></div>;
  return <div className="note act" role="status"><Icon name="warn" /><div className="grow"><span className="b">Nobody answers there.</span> <span className="t2">{detail && <span dir="auto">“{detail}”. </span>}Check the name, the certificate and that the tunnel or proxy runs.</span></div></div>;
}

/** The address of the whole installation: every webhook URL begins with it. */
export function PublicAddress({ admin, polls, pollsToday }: { admin: boolean; polls: number; pollsToday: number }) {
  const address = usePublicAddress().data;
  if (!address) return null;
  return <Known key={address.url ?? ""} address={address} admin={admin} polls={polls} pollsToday={pollsToday} />;
}

function Known({ address, admin, polls, pollsToday }: { address: Address; admin: boolean; polls: number; pollsToday: number }) {
  const [text, setText] = useState(address.url ?? "");
  const { crm } = useCrm();
  const test = useChange("public_address_test");
  const set = useChange("public_address_set", () => test.reset());
  const failed = set.error ?? test.error;
  const changed = text.trim() !== (address.url ?? "");
  const perDay = Math.round(DAY_S / Math.max(1, polls));
  const hint = address.fixed ? "Set by --public-url when the engine was started." : !address.listener ? "The public door of this engine is closed. Start casebridged with --public-listen to open it." : address.url === address.listener ? "The engine's own door. If a tunnel or proxy stands before it, enter the address outside." : `A tunnel or proxy leads from it to ${address.listener}.`;
  return (
    <div className="lot">
      <div className="hook">
        <Field label="Public address of this installation" hint={hint}><input value={text} onChange={(event) => setText(event.target.value)} readOnly={address.fixed || !admin} inputMode="url" dir="ltr" autoComplete="off" placeholder="https://bridge.your-company.com" /></Field>
        <span className="flex">
          {changed && <Button icon="check" onClick={() => set.mutate({ url: text })} disabled={!admin || set.isPending}>Save address</Button>}
          <Button icon="pulse" onClick={() => test.mutate({})} disabled={!admin || changed || !address.url || test.isPending}>{test.isPending ? "Calling" : "Test address"}</Button>
        </span>
      </div>
      {failed && <Failed error={failed} />}
      {test.data && !changed && <Found found={test.data} />}
      {!address.beyond && (
        <div className="note"><Icon name="info" /><div className="grow"><span className="b">{address.url ? "This address leads no further than this computer." : "No public address is set."}</span> <span className="t2">{address.url ? `A ${crm} elsewhere cannot call it.` : `${crm} cannot call this engine.`} Polling is used: every {polls} s now, which is {perDay.toLocaleString("en")} rounds a day at that pace. In the last 24 hours polling made {pollsToday.toLocaleString("en")} {pollsToday === 1 ? "call" : "calls"}. Nothing is missed.</span></div></div>
      )}
    </div>
  );
}
