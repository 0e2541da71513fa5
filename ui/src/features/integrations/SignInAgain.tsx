import { useState } from "react";
import { useChange } from "../../data/integrations";
import type { ConnectionView } from "../../generated";
import { Button } from "../../shared/Button";
import { toast } from "../../shared/toasts";
import { SignIn } from "./ConnectStep";
import { Failed } from "./TestResult";

/** A person's sign-in ends when Creatio says so: it is done again here, and the connection goes on. */
export function SignInAgain({ one }: { one: ConnectionView }) {
  const [brought, setBrought] = useState("");
  const begin = useChange("connection_sign_in_begin");
  const finish = useChange("connection_sign_in_finish", () => {
    begin.reset();
    toast("Signed in");
  });
  const { auth } = one.settings as { auth?: { kind?: string } };
  if (auth?.kind !== "authorization_code") return null;
  const error = begin.error ?? finish.error;
  return (
    <div className="lot">
      {!begin.data && <span><Button icon="person" onClick={() => begin.mutate({ name: one.name })} disabled={begin.isPending}>Sign in again</Button></span>}
      {begin.data && <><SignIn step={begin.data} brought={brought} onBrought={setBrought} /><span><Button icon="check" onClick={() => finish.mutate({ name: one.name, brought })} disabled={brought.trim() === "" || finish.isPending}>Finish the sign-in</Button></span></>}
      {error && <Failed error={error} />}
    </div>
  );
}
