import { useNavigate } from "@tanstack/react-router";
import { useChange, useFootprint } from "../../data/integrations";
import type { Output } from "../../host";
import { Button } from "../../shared/Button";
import { Icon } from "../../shared/Icon";
import { copyText } from "../../shared/insecure";
import { Sheet } from "../../shared/Sheet";
import { Bars } from "../../shared/States";
import { kindOf, crmName } from "./crm";
import { Failed } from "./TestResult";

export type Disconnected = Output<"connection_remove">;

const number = (count: number) => count.toLocaleString("en");

/** What stops and what stays, counted, before a connection goes. */
export function Remove({ name, kind, onClose, onGone }: { name: string; kind: string; onClose: () => void; onGone: (gone: Disconnected) => void }) {
  const found = useFootprint(name);
  const remove = useChange("connection_remove", onGone);
  const count = found.data;
  return (
    <Sheet title={`Disconnect ${name}?`} onClose={onClose} foot={<><Button kind="primary" small={false} onClick={() => remove.mutate({ name })} disabled={!count || remove.isPending}>Disconnect</Button><Button small={false} onClick={onClose}>Keep it</Button></>}>
      <div className="lot">
        {!count && !found.error && <Bars rows={3} height={31} />}
        {count && (
          <div className="g2">
            <div><h3 className="h3">Stops</h3><ul className="plan"><li><b className="num">{number(count.conversations)}</b> conversations are no longer followed</li><li><b className="num">{number(count.waiting)}</b> of them have something left to write; it is not written</li><li><b className="num">{number(count.held_replies)}</b> held replies can no longer be released</li><li>The webhook URL ends at once, and client secret, token and sign-in are deleted</li></ul></div>
            <div><h3 className="h3">Stays</h3><ul className="plan"><li><b className="num">{number(count.cases)}</b> cases in {crmName(kind)}, <b className="num">{number(count.open_cases)}</b> of them open as far as is known</li><li>All conversations and their traces here</li><li><b className="num">0</b> messages to customers</li>{kindOf(kind) === "creatio" && <li>The processes in Creatio: switch them off there</li>}</ul></div>
          </div>
        )}
        {kindOf(kind) === "salesforce" && <p className="t2">The sign-in is given back to Salesforce. What an admin of the org may delete there is listed then.</p>}
        {found.error && <Failed error={found.error} />}
        {remove.error && <Failed error={remove.error} safe="It is still connected." />}
      </div>
    </Sheet>
  );
}

/** It is disconnected: what became of the sign-in, and what stays in the CRM until an admin there deletes it. */
export function Gone({ gone: { name, sign_in, failure, left_there }, kind }: { gone: Disconnected; kind: string }) {
  const navigate = useNavigate();
  const crm = crmName(kind);
  const onClose = () => void navigate({ to: "/integrations", ignoreBlocker: true });
  const said = sign_in === "revoked" ? `${crm} has revoked the sign-in.` : sign_in === "failed" ? `${crm} could not be told that the sign-in ended. It is wiped here and of no use to anybody; remove it under the user's connected apps.` : "Secrets and sign-in are wiped here.";
  return (
    <Sheet title={`${name} is disconnected`} onClose={onClose} foot={<Button kind="primary" small={false} onClick={onClose} data-autofocus>Done</Button>}>
      <div className="lot">
        <div className={sign_in === "failed" ? "note time" : "note ok"} role="status"><Icon name={sign_in === "failed" ? "warn" : "check"} /><div className="grow"><span className="b">{said}</span>{failure && <span className="block t2" dir="auto">“{failure.message}”</span>}</div></div>
        <div>
          <h3 className="h3">For an admin in {crm} to delete, in this order, when nothing else needs it</h3>
          <ol className="plan numbered">{left_there.map((what) => <li key={what}>{what.charAt(0).toUpperCase() + what.slice(1)}</li>)}</ol>
        </div>
        <span><Button icon="copy" onClick={() => void copyText(left_there.join("\n"), "The list is copied")}>Copy the list</Button></span>
      </div>
    </Sheet>
  );
}
