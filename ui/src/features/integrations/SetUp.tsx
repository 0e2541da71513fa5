import { useEffect, useRef, useState } from "react";
import { FormProvider } from "react-hook-form";
import type { ConnectionView } from "../../generated";
import { Button } from "../../shared/Button";
import { useShortcuts } from "../../shared/shortcuts";
import { ConnectStep, SignIn } from "./ConnectStep";
import { Health } from "./Health";
import { Leaving } from "./Leaving";
import { ModeStep } from "./ModeStep";
import { Recipe } from "./Recipe";
import { RecordsStep } from "./RecordsStep";
import { RepliesStep } from "./RepliesStep";
import { SignInAgain } from "./SignInAgain";
import { Steps } from "./Steps";
import { goTo } from "./steps";
import { Failed, TestResult } from "./TestResult";
import { useSetUp } from "./useSetUp";
import { Webhook } from "./Webhook";
import { WhoStep } from "./WhoStep";

/** The guided set-up: the same steps to make a connection and to change one. One form, so nothing is lost between steps. */
export function SetUp({ one, children }: { one?: ConnectionView; children?: React.ReactNode }) {
  const { form, submit, discard, dirty, testing, result, error, signIn, brought, setBrought, seen, setSeen, wanted } = useSetUp(one);
  const box = useRef<HTMLDivElement>(null);
  const [here, setHere] = useState("connect");
  useShortcuts({ "Ctrl+Enter": () => submit(), "Ctrl+s": () => submit() });
  useEffect(() => {
    if (error || (result && !result.report.good)) document.getElementById("tested")?.scrollIntoView({ block: "center" });
  }, [error, result]);
  const follow = () => {
    const top = (box.current?.getBoundingClientRect().top ?? 0) + 60;
    const heads = [...(box.current?.querySelectorAll<HTMLElement>(".blk h2[id]") ?? [])];
    const last = heads.filter((head) => head.getBoundingClientRect().top <= top).at(-1) ?? heads[0];
    if (last) setHere(last.id);
  };
  const open = dirty || !one;
  return (
    <>
      <div className="scroll" data-region tabIndex={0} role="region" aria-label={one ? one.name : "Set-up"} ref={box} onScroll={follow}>
        <div className="set">
          <Steps one={one} here={here} onGo={(id) => { setHere(id); goTo(id); }} />
          <div className="set-main">
            {children}
            <FormProvider {...form}>
              <form id="set-up" onSubmit={(event) => { event.preventDefault(); submit(); }} noValidate>
                <ConnectStep one={one}>
                  {one && <SignInAgain one={one} />}
                  {signIn && <SignIn step={signIn} brought={brought} onBrought={setBrought} />}
                  <div id="tested">
                    {error && <Failed error={error} safe="Nothing was saved." />}
                    {result && <TestResult report={result.report} saved={result.saved} />}
                  </div>
                </ConnectStep>
                <ModeStep />
                {one && <><WhoStep connection={one.name} /><RecordsStep connection={one.name} /><RepliesStep connection={one.name} seen={seen} onSeen={setSeen} wanted={wanted} /></>}
              </form>
            </FormProvider>
            {one && <><Webhook name={one.name} admin polls={one.polls_every_s} pollsToday={one.polls_today} /><Recipe name={one.name} category={form.watch("activity_category")} admin /></>}
          </div>
          {one ? <Health one={one} /> : <NewAside />}
        </div>
      </div>
      {open && (
        <footer className="save-bar">
          <Button form="set-up" type="submit" kind="primary" small={false} keys="Ctrl ↵" disabled={testing}>{testing ? "Testing" : signIn ? "Finish, test & save" : !one && form.watch("how") === "authorization_code" ? "Sign in" : "Test & Save"}</Button>
          {one && <Button small={false} onClick={discard} disabled={testing}>Discard changes</Button>}
          <span className="f12 t3">Nothing is stored unless the test passes.</span>
        </footer>
      )}
      <Leaving dirty={dirty} made={one !== undefined} />
    </>
  );
}

function NewAside() {
  return (
    <aside className="set-aside" aria-label="About the test">
      <section className="card health"><h2 className="h2">What the test looks at</h2><p className="f12 t2">It reads, and leaves nothing behind. To prove the right to add, it sends a record that Creatio must refuse. A wrong secret, a wrong grant type, a missing right, an address that is not a Creatio and a server that is away are told apart.</p></section>
    </aside>
  );
}
