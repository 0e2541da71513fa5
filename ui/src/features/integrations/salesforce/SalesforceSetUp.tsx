import { useSignInWays } from "../../../data/integrations";
import type { ConnectionView, SignInState, SignInWays } from "../../../generated";
import { Button } from "../../../shared/Button";
import { Icon } from "../../../shared/Icon";
import { sentence } from "../../../shared/sentence";
import { Bars, ErrorPane, Loading } from "../../../shared/States";
import { Health } from "../Health";
import { ModeStep } from "../ModeStep";
import { Aside, SetUpFrame } from "../SetUpFrame";
import { RouteStep } from "../RouteStep";
import { Steps } from "../Steps";
import { SALESFORCE_STEPS } from "../steps";
import { Failed, TestResult } from "../TestResult";
import { Webhook } from "../Webhook";
import { CaseStep } from "./CaseStep";
import { ConnectStep } from "./ConnectStep";
import { KitStep } from "./KitStep";
import { SignInPanel } from "./SignInPanel";
import { TriggersStep } from "./TriggersStep";
import { useHere } from "./useHere";
import { useKitState } from "./useKit";
import { useSalesforceSetUp } from "./useSalesforceSetUp";
import type { SigningIn } from "./useSignIn";

type Props = { one?: ConnectionView; children?: React.ReactNode };

/** The set-up of a Salesforce org. */
export function SalesforceSetUp(props: Props) {
  const ways = useSignInWays();
  if (ways.data) return <Known {...props} ways={ways.data} />;
  if (ways.isError) return <ErrorPane error={ways.error} what="The ways to sign in could not be read" onRetry={() => void ways.refetch()} />;
  return <Loading what="the ways to sign in"><Bars rows={4} height={60} /></Loading>;
}

function Known({ one, ways, children }: Props & { ways: SignInWays }) {
  const here = useHere();
  const way = ways.listens && here ? "loopback" : ways.public && ways.beyond ? "public" : "paste";
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

/** How the sign-in ended, when it did not end well; what was good leads on by itself. */
function Ended({ last, one }: { last: SignInState; one: ConnectionView | undefined }) {
  if (last.report) return <TestResult report={last.report} saved={one ? null : last.state === "done"} />;
  if (!last.failure) return null;
  const { message, hint } = last.failure;
  return <div className="note act" role="alert"><Icon name="warn" /><div className="grow"><span className="b" dir="auto">{sentence(message)}</span> <span className="t2" dir="auto">{hint && sentence(hint)} {one ? "The sign-in of before is as it was." : "Nothing was saved."}</span></div></div>;
}

/** Who is signed in, or that somebody must sign in again, and the button for it. */
function SignedIn({ one, signing, onAgain }: { one: ConnectionView; signing: SigningIn; onAgain: () => void }) {
  const { access } = one;
  const broken = access?.state === "reconnect_needed" || access?.state === "not_connected";
  const button = <Button kind={broken ? "primary" : "plain"} icon="person" onClick={onAgain} disabled={signing.flow !== null || signing.beginning}>{broken ? "Sign in" : "Sign in again"}</Button>;
  if (broken) return (
    <div className="note act" role="status">
      <Icon name="warn" />
      <div className="grow">
        <div><span className="b">{access.state === "not_connected" ? "Nobody is signed in." : "Reconnect needed."}</span> <span className="t2" dir="auto">{access.failure && `${sentence(access.failure.message)} ${sentence(access.failure.hint)}`} {one.paused && one.paused.held > 0 ? `${one.paused.held.toLocaleString("en")} ${one.paused.held === 1 ? "conversation waits" : "conversations wait"} in order. ` : ""}Nothing is lost.</span></div>
        <span className="flex note-acts">{button}</span>
      </div>
    </div>
  );
  return (
    <div className="flex wrap">
      {access
        ? <span className="flex tight"><Icon name="check" /><span>Connected{access.user && <> as <bdi className="b any">{access.user}</bdi></>}</span></span>
        : <span className="flex tight t2" role="status"><Icon name="info" /><span>How the sign-in stands is not known: the place of secrets does not answer.</span></span>}
      <span className="end flex">{button}</span>
    </div>
  );
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
