import type { ConnectionView, SignInState } from "../../generated";
import { Button } from "../../shared/Button";
import { Icon } from "../../shared/Icon";
import { sentence } from "../../shared/sentence";
import { TestResult } from "./TestResult";
import type { SigningIn } from "./useSignIn";

/** Who is signed in, or that somebody must sign in again, and the button for it. */
export function SignedIn({ one, signing, onAgain }: { one: ConnectionView; signing: SigningIn; onAgain: () => void }) {
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

/** How the sign-in ended, when it did not end well; what was good leads on by itself. */
export function Ended({ last, one }: { last: SignInState; one: ConnectionView | undefined }) {
  if (last.report) return <TestResult report={last.report} saved={one ? null : last.state === "done"} />;
  if (!last.failure) return null;
  const { message, hint } = last.failure;
  return <div className="note act" role="alert"><Icon name="warn" /><div className="grow"><span className="b" dir="auto">{sentence(message)}</span> <span className="t2" dir="auto">{hint && sentence(hint)} {one ? "The sign-in of before is as it was." : "Nothing was saved."}</span></div></div>;
}
