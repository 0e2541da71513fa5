import { useState } from "react";
import { Button } from "../../shared/Button";
import { useNow } from "../../shared/clock";
import { Field } from "../../shared/Field";
import { Icon } from "../../shared/Icon";
import { copyText } from "../../shared/insecure";
import { hhmm, span } from "../../shared/time";
import { useCrm, type CrmKind } from "./crm";
import { Failed } from "./TestResult";
import type { SigningIn } from "./useSignIn";

const TICK_MS = 1_000;
/** After this long without a return the page probably shows something. */
const SLOW_MS = 60_000;

/** What only the CRM's own page says, and what clears it. */
const ON_ITS_PAGE: Record<CrmKind, [string, string][]> = { creatio: [
  ["invalid_request", "The application does not know the address of the return. Enter the redirect URI above in it, letter by letter, then begin again."],
  ["unauthorized_client", "The application signs in with a secret, not a person: its grant type must be Authorization Code."],
  ["invalid_scope", "Let the application have offline_access, else somebody would have to sign in each hour."],
], salesforce: [
  ["redirect_uri_mismatch", "The app does not know the address of the return. Enter the redirect URI above in it, letter by letter, then begin again."],
  ["invalid_client_id", "Copy the consumer key again. A new app works after two to ten minutes; an app of another org never does."],
  ["OAUTH_APPROVAL_ERROR_GENERIC", "The app is not installed in this org, or this user may not use it. An admin installs it (Connected Apps OAuth Usage) or lets the user in (the app's policies)."],
  ["OAUTH_AUTHORIZATION_BLOCKED", "The browser is signed in to another org. Use the org's My Domain as login URL, or a private window."],
  ["A second person is signed out", "Salesforce keeps five approvals for each user and app. One more ends the oldest, without a word. Use one user for Casebridge, or remove old approvals under that user's Connected Apps."],
] };

/** A sign-in under way: where to go, how long it waits, and what to do when nobody comes back. */
export function SignInPanel({ signing: { flow, working, paste, pasteError, stop } }: { signing: SigningIn }) {
  const now = useNow(TICK_MS);
  const [brought, setBrought] = useState("");
  const { kind, crm } = useCrm();
  if (!flow) return null;
  const left = Date.parse(flow.expires_at) - now;
  const pasted = flow.way === "paste";
  const slow = left < 10 * 60_000 - SLOW_MS;
  return (
    <div className="note acc sign-in" role="region" aria-label="Sign-in under way">
      <Icon name="person" />
      <div className="grow">
        <p role="status">
          {working
            ? <><span className="b">Somebody came back.</span> <span className="t2">The answer is redeemed, and what it opens is tested.</span></>
            : pasted
              ? <><span className="b">Sign in to {crm}, then bring the address back.</span> <span className="t2">Afterwards the browser shows an address that begins with <code className="any">{flow.redirect_uri}</code> and, most likely, a page that cannot be reached. That is right: copy the whole address.</span></>
              : <><span className="b">Sign in to {crm}{kind === "salesforce" && " and press Allow"}.</span> <span className="t2">This page goes on by itself when the browser comes back to <code className="any">{flow.redirect_uri}</code>.</span></>}
        </p>
        <span className="flex wrap">
          <a className="btn p" href={flow.url} target="_blank" rel="noreferrer"><Icon name="out" />Open the sign-in</a>
          <Button icon="copy" small={false} onClick={() => void copyText(flow.url, "The address of the sign-in is copied")}>Copy its address</Button>
          <Button kind="ghost" small={false} onClick={stop}>Cancel</Button>
        </span>
        <p className="f12 t3 num">Waits until {hhmm(flow.expires_at)}, {span(Math.max(0, left))} more.</p>
        {pasted && <Paste {...{ brought, setBrought, paste, working }} />}
        {pasteError && <Failed error={pasteError} safe="The sign-in still waits." />}
        <details className="more-found plain" open={slow || undefined}>
          <summary>{crm} shows an error, or nothing happens</summary>
          <dl className="errs">{ON_ITS_PAGE[kind].map(([said, cure]) => <div key={said}><dt>{said.includes("_") ? <code>{said}</code> : said}</dt><dd className="t2">{cure}</dd></div>)}</dl>
          {!pasted && <><p className="t2">The browser cannot reach the page of the return? Copy the address it shows, and bring it here.</p><Paste {...{ brought, setBrought, paste, working }} /></>}
        </details>
      </div>
    </div>
  );
}

type PasteProps = { brought: string; setBrought: (text: string) => void; paste: (address: string) => unknown; working: boolean };

function Paste({ brought, setBrought, paste, working }: PasteProps) {
  return (
    <div className="hook flex">
      <Field label="Final address"><input value={brought} onChange={(event) => setBrought(event.target.value)} dir="ltr" autoComplete="off" spellCheck={false} /></Field>
      <span className="flex"><Button icon="check" onClick={() => paste(brought)} disabled={brought.trim() === "" || working}>Finish the sign-in</Button></span>
    </div>
  );
}
