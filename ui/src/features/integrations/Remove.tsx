import { useNavigate } from "@tanstack/react-router";
import { useChange, useFootprint } from "../../data/integrations";
import { Button } from "../../shared/Button";
import { Sheet } from "../../shared/Sheet";
import { Bars } from "../../shared/States";
import { toast } from "../../shared/toasts";
import { Failed } from "./TestResult";

const number = (count: number) => count.toLocaleString("en");

/** What stops and what stays, counted, before a connection goes. */
export function Remove({ name, onClose }: { name: string; onClose: () => void }) {
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
            <div><h3 className="h3">Stays</h3><ul className="plan"><li><b className="num">{number(count.cases)}</b> cases in Creatio, <b className="num">{number(count.open_cases)}</b> of them open as far as is known</li><li>All conversations and their traces here</li><li><b className="num">0</b> messages to customers</li><li>The processes in Creatio: switch them off there</li></ul></div>
          </div>
        )}
        {found.error && <Failed error={found.error} />}
        {remove.error && <Failed error={remove.error} safe="It is still connected." />}
      </div>
    </Sheet>
  );
}
