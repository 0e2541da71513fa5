import { useNavigate } from "@tanstack/react-router";
import { useChange, useFootprint } from "../../data/integrations";
import { Button } from "../../shared/Button";
import { Sheet } from "../../shared/Sheet";
import { Bars } from "../../shared/States";
import { toast } from "../../shared/toasts";
import { kindOf, crmName } from "./crm";
import { Failed } from "./TestResult";

const number = (count: number) => count.toLocaleString("en");

/** What stops and what stays, counted, before a connection goes. */
export function Remove({ name, kind, onClose }: { name: string; kind: string; onClose: () => void }) {
  const navigate = useNavigate();
  const found = useFootprint(name);
  const remove = useChange("connection_remove", () => {
    toast(`${name} is disconnected`);
    void navigate({ to: "/integrations", ignoreBlocker: true });
  });
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
        {kindOf(kind) === "salesforce" && <LeftInOrg />}
        {found.error && <Failed error={found.error} />}
        {remove.error && <Failed error={remove.error} safe="It is still connected." />}
      </div>
    </Sheet>
  );
}

/** What an admin of the org takes away there: we leave nothing that calls, but we delete nothing of theirs. */
function LeftInOrg() {
  return (
    <div>
      <h3 className="h3">To delete in Salesforce, by an admin of the org, when nobody needs it any more</h3>
      <ul className="plan">
        <li>The triggers <code>CasebridgeOnCase</code>, <code>CasebridgeOnComment</code> and <code>CasebridgeOnMail</code>, then the classes that begin with <code>Casebridge</code></li>
        <li>The Named Credential and the External Credential <code>Casebridge</code></li>
        <li>The validation rule <code>Casebridge_Write</code>, the permission set <code>Casebridge</code>, and the fields of the kit on Case</li>
        <li>The External Client App, or the Connected App, unless something else uses it</li>
      </ul>
    </div>
  );
}
