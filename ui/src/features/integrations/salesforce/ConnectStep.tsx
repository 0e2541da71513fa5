import { useFormContext } from "react-hook-form";
import type { ConnectionView, SignInWays } from "../../../generated";
import { Button } from "../../../shared/Button";
import { Field } from "../../../shared/Field";
import { copyText } from "../../../shared/insecure";
import { Block } from "../Block";
import { Options } from "../Options";
import { Elements } from "../Recipe";
import { redirectsOf, waysOut } from "../ways";
import { loginUrlOf, type Form } from "./form";
import { appSteps } from "./recipe";

const HOSTS = [["https://login.salesforce.com", "production"], ["https://test.salesforce.com", "a sandbox org"]] as const;

type Props = { one?: ConnectionView | undefined; ways: SignInWays; here: boolean; children: React.ReactNode };

/** Which org, as which app, and how the browser comes back from it. */
export function ConnectStep({ one, ways, here, children }: Props) {
  const { register, watch, setValue, formState: { errors } } = useFormContext<Form>();
  const [secret, way] = watch(["secret", "way"]);
  const login = register("login_url", { onBlur: (event: { target: { value: string } }) => setValue("login_url", loginUrlOf(event.target.value), { shouldDirty: true }) });
  const redirects = redirectsOf(ways.salesforce, way);
  const pick = (host: string) => setValue("login_url", host, { shouldDirty: true, shouldValidate: true });
  const confidential = Boolean(one?.settings.confidential);
  return (
    <Block id="connect" title="Connect" lead="Somebody signs in to the org in the browser; what Casebridge may do there is what that person may do. Best a user of its own, for Casebridge alone.">
      {!one && (
        <details className="card recipe-fold">
          <summary><span className="m">Make the app in Salesforce first</span> <span className="t2">Five steps in Setup, for an admin of the org. Skip it if there is one.</span></summary>
          <Elements elements={appSteps(redirects, secret !== "")} admin />
        </details>
      )}
      <div className="g2">
        <Field label="Name" error={errors.name?.message} hint={one ? "Cannot be changed: links name it." : "As your team calls it."}><input {...register("name")} readOnly={one !== undefined} autoComplete="off" /></Field>
        <Field label="Login URL" error={errors.login_url?.message} hint={one ? "Another org is another connection." : <>Best your My Domain: paste any address of your org. Or use {HOSTS.map(([host, what], at) => <span key={host}>{at > 0 && " or "}<button type="button" className="linkish" onClick={() => pick(host)}>{host.slice(8)}</button> ({what})</span>)}.</>}>
          <input {...login} readOnly={one !== undefined} inputMode="url" dir="ltr" placeholder="https://your-company.my.salesforce.com" autoComplete="off" spellCheck={false} />
        </Field>
        <Field label="Client ID" error={errors.client_id?.message} hint={one ? undefined : "Salesforce calls it the consumer key."}><input {...register("client_id")} readOnly={one !== undefined} className="mono" dir="ltr" autoComplete="off" spellCheck={false} /></Field>
        {(!one || confidential) && <Field label={confidential ? "New client secret" : "Client secret"} error={errors.secret?.message} hint={confidential ? "One is stored and cannot be shown again. Fill this in only to replace it." : "Only if the app has one. It goes to the keychain and cannot be shown again."}><input {...register("secret")} type="password" dir="ltr" autoComplete="new-password" placeholder={confidential ? "Stored" : ""} /></Field>}
      </div>
      {!one && <Options legend="How the browser comes back" named value={way} options={waysOut("salesforce", ways, here)} field={register("way")} />}
      {!one && (
        <div className="fld">
          <span className="lab">{redirects.length === 1 ? "Redirect URI" : "Redirect URIs"}</span>
          <div className="hook flex">
            <div className="inp secret uris"><ul>{redirects.map((uri) => <li key={uri}><code className="any" dir="ltr">{uri}</code></li>)}</ul></div>
            <span className="flex"><Button icon="copy" onClick={() => void copyText(redirects.join("\n"), redirects.length === 1 ? "The redirect URI is copied" : "The redirect URIs are copied")}>Copy</Button></span>
          </div>
          <span className="hint">{redirects.length === 1 ? "Enter exactly this in the app." : "Enter all of them in the app, each on a line: the first one that is free is used."}</span>
        </div>
      )}
      {children}
    </Block>
  );
}
