import type { ConnectionView, SignInWays } from "../../generated";
import { ConnectStep } from "./ConnectStep";
import { Health } from "./Health";
import { ModeStep } from "./ModeStep";
import { Recipe } from "./Recipe";
import { RecordsStep } from "./RecordsStep";
import { RouteStep } from "./RouteStep";
import { RepliesStep } from "./RepliesStep";
import { Aside, SetUpFrame } from "./SetUpFrame";
import { Ended, SignedIn } from "./SignedIn";
import { SignInPanel } from "./SignInPanel";
import { Steps } from "./Steps";
import { CREATIO_STEPS } from "./steps";
import { Failed, TestResult } from "./TestResult";
import { useHere } from "./useHere";
import { useSetUp } from "./useSetUp";
import { wayTo } from "./ways";
import { WaysKnown } from "./WaysKnown";
import { Webhook } from "./Webhook";
import { WhoStep } from "./WhoStep";

type Props = { one?: ConnectionView; children?: React.ReactNode };

/** The set-up of a Creatio. */
export function SetUp(props: Props) {
  return <WaysKnown>{(ways) => <Known {...props} ways={ways} />}</WaysKnown>;
}

function Known({ one, ways, children }: Props & { ways: SignInWays }) {
  const here = useHere();
  const { form, submit, discard, testing, result, error, signing, seen, setSeen, wanted } = useSetUp(one, ways, here);
  const under = signing.flow !== null;
  const person = form.watch("how") === "authorization_code";
  const action = under ? null : testing ? "Testing" : signing.beginning ? "Beginning" : !one && person ? "Sign in, test & save" : "Test & Save";
  const alarm = error ?? signing.error ?? signing.flow ?? (signing.last?.state === "done" ? null : signing.last) ?? (result && !result.report.good ? result : null);
  return (
    <SetUpFrame
      one={one} form={form} submit={submit} discard={discard} busy={testing || under || signing.beginning} action={action} alarm={alarm} lead={children}
      steps={(here, onGo) => <Steps steps={CREATIO_STEPS} one={one} here={here} onGo={onGo} />}
      after={one && <><Webhook name={one.name} admin polls={one.polls_every_s} pollsToday={one.polls_today} /><Recipe name={one.name} category={form.watch("activity_category")} admin /></>}
      aside={one ? <Health one={one} /> : <Aside title="What the test looks at"><p>It reads, and leaves nothing behind. To prove the right to add, it sends a record that Creatio must refuse. A wrong secret, a wrong grant type, a missing right, an address that is not a Creatio and a server that is away are told apart.</p></Aside>}
    >
      <ConnectStep one={one} ways={ways} here={here}>
        {one && person && <SignedIn one={one} signing={signing} onAgain={() => signing.begin({ way: wayTo(form.getValues("redirect_uri"), "creatio", ways, here), again: one.name })} />}
        <div id="tested" className="lot">
          <SignInPanel signing={signing} />
          {signing.error && <Failed error={signing.error} safe="Nothing was saved." />}
          {signing.last && !under && <Ended last={signing.last} one={one} />}
          {error && <Failed error={error} safe="Nothing was saved." />}
          {result && <TestResult report={result.report} saved={result.saved} />}
        </div>
      </ConnectStep>
      <ModeStep />
      {one && <><RouteStep name={one.name} /><WhoStep connection={one.name} /><RecordsStep connection={one.name} /><RepliesStep connection={one.name} seen={seen} onSeen={setSeen} wanted={wanted} /></>}
    </SetUpFrame>
  );
}
