import type { ConnectionView } from "../../generated";
import { ConnectStep, SignIn } from "./ConnectStep";
import { Health } from "./Health";
import { ModeStep } from "./ModeStep";
import { Recipe } from "./Recipe";
import { RecordsStep } from "./RecordsStep";
import { RouteStep } from "./RouteStep";
import { RepliesStep } from "./RepliesStep";
import { Aside, SetUpFrame } from "./SetUpFrame";
import { SignInAgain } from "./SignInAgain";
import { Steps } from "./Steps";
import { CREATIO_STEPS } from "./steps";
import { Failed, TestResult } from "./TestResult";
import { useSetUp } from "./useSetUp";
import { Webhook } from "./Webhook";
import { WhoStep } from "./WhoStep";

/** The set-up of a Creatio. */
export function SetUp({ one, children }: { one?: ConnectionView; children?: React.ReactNode }) {
  const { form, submit, discard, testing, result, error, signIn, brought, setBrought, seen, setSeen, wanted } = useSetUp(one);
  const action = testing ? "Testing" : signIn ? "Finish, test & save" : !one && form.watch("how") === "authorization_code" ? "Sign in" : "Test & Save";
  return (
    <SetUpFrame
      one={one} form={form} submit={submit} discard={discard} busy={testing} action={action} alarm={error ?? (result && !result.report.good ? result : null)} lead={children}
      steps={(here, onGo) => <Steps steps={CREATIO_STEPS} one={one} here={here} onGo={onGo} />}
      after={one && <><Webhook name={one.name} admin polls={one.polls_every_s} pollsToday={one.polls_today} /><Recipe name={one.name} category={form.watch("activity_category")} admin /></>}
      aside={one ? <Health one={one} /> : <Aside title="What the test looks at"><p>It reads, and leaves nothing behind. To prove the right to add, it sends a record that Creatio must refuse. A wrong secret, a wrong grant type, a missing right, an address that is not a Creatio and a server that is away are told apart.</p></Aside>}
    >
      <ConnectStep one={one}>
        {one && <SignInAgain one={one} />}
        {signIn && <SignIn step={signIn} brought={brought} onBrought={setBrought} />}
        <div id="tested">
          {error && <Failed error={error} safe="Nothing was saved." />}
          {result && <TestResult report={result.report} saved={result.saved} />}
        </div>
      </ConnectStep>
      <ModeStep />
      {one && <><RouteStep name={one.name} /><WhoStep connection={one.name} /><RecordsStep connection={one.name} /><RepliesStep connection={one.name} seen={seen} onSeen={setSeen} wanted={wanted} /></>}
    </SetUpFrame>
  );
}
