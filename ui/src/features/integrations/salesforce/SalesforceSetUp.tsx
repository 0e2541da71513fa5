import type { ConnectionView, SignInWays } from "../../../generated";
import { Health } from "../Health";
import { ModeStep } from "../ModeStep";
import { RouteStep } from "../RouteStep";
import { Aside, SetUpFrame } from "../SetUpFrame";
import { Ended, SignedIn } from "../SignedIn";
import { SignInPanel } from "../SignInPanel";
import { Steps } from "../Steps";
import { SALESFORCE_STEPS } from "../steps";
import { Failed, TestResult } from "../TestResult";
import { useHere } from "../useHere";
import { usualWay } from "../ways";
import { WaysKnown } from "../WaysKnown";
import { Webhook } from "../Webhook";
import { CaseStep } from "./CaseStep";
import { ConnectStep } from "./ConnectStep";
import { KitStep } from "./KitStep";
import { TriggersStep } from "./TriggersStep";
import { useKitState } from "./useKit";
import { useSalesforceSetUp } from "./useSalesforceSetUp";

type Props = { one?: ConnectionView; children?: React.ReactNode };

/** The set-up of a Salesforce org. */
export function SalesforceSetUp(props: Props) {
  return <WaysKnown>{(ways) => <Known {...props} ways={ways} />}</WaysKnown>;
}

function Known({ one, ways, children }: Props & { ways: SignInWays }) {
  const here = useHere();
  const way = usualWay("salesforce", ways, here);
  const { form, signing, submit, discard, testing, error, tested } = useSalesforceSetUp(one, way);
  const under = signing.flow !== null;
  const action = under ? null : testing ? "Testing" : signing.beginning ? "Beginning" : one ? "Test & Save" : "Sign in, test & save";
  const alarm = error ?? signing.error ?? signing.flow ?? (signing.last?.state === "done" ? null : signing.last) ?? (tested && !tested.saved ? tested : null);
  return (
    <SetUpFrame
      one={one} form={form} submit={submit} discard={discard} busy={testing || under || signing.beginning} action={action} alarm={alarm} lead={children}
      steps={(at, onGo) => (one ? <StepsOf one={one} here={at} onGo={onGo} /> : <Steps steps={SALESFORCE_STEPS} here={at} onGo={onGo} />)}
      after={one && <><KitStep connection={one.name} /><Webhook name={one.name} admin polls={one.polls_every_s} pollsToday={one.polls_today} /><TriggersStep connection={one.name} admin /></>}
      aside={one ? <Health one={one} /> : <AboutSignIn />}
    >
      <ConnectStep one={one} ways={ways} here={here}>
        {one && <SignedIn one={one} signing={signing} onAgain={() => signing.begin({ way, again: one.name })} />}
        <div id="tested" className="lot">
          <SignInPanel signing={signing} />
          {signing.error && <Failed error={signing.error} safe="Nothing was saved." />}
          {signing.last && !under && <Ended last={signing.last} one={one} />}
          {error && <Failed error={error} safe="Nothing was saved." />}
          {tested && <TestResult report={tested.report} saved={tested.saved} />}
        </div>
      </ConnectStep>
      <ModeStep />
      {one && <><RouteStep name={one.name} /><CaseStep connection={one.name} /></>}
    </SetUpFrame>
  );
}

function StepsOf({ one, here, onGo }: { one: ConnectionView; here: string; onGo: (id: string) => void }) {
  const kit = useKitState(one.name).data;
  return <Steps steps={SALESFORCE_STEPS} one={one} here={here} onGo={onGo} undone={kit?.complete ? [] : ["kit"]} />;
}

function AboutSignIn() {
  return (
    <Aside title="What happens">
      <p>The browser opens Salesforce. After Allow it comes back, the sign-in is tested, and only then anything is stored.</p>
      <p>The test reads: who signed in, the rights on cases and comments, the kit, and the calls that are left. It writes nothing.</p>
      <p>Asked for are <code>api</code> and <code>refresh_token</code>, no more. The tokens stay in the keychain, and no page shows them.</p>
    </Aside>
  );
}
