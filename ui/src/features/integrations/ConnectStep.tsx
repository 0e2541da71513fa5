import { useFormContext } from "react-hook-form";
import type { ConnectionView, SignInStart } from "../../generated";
import { Field } from "../../shared/Field";
import { Button } from "../../shared/Button";
import { Icon } from "../../shared/Icon";
import { copyText } from "../../shared/insecure";
import { Block } from "./Block";
import type { Form } from "./form";
import { Options } from "./Options";

const HOW = [
  { id: "client_credentials", name: "Client ID and secret", means: "Acts as a technical user of Creatio. For a team's engine." },
  { id: "authorization_code", name: "Sign in as yourself", means: "Your own rights, and no secret of the company on this computer. Best for a desktop." },
];
const USUAL = 64;

/** Where Creatio is, and who we are there. */
export function ConnectStep({ one, children }: { one?: ConnectionView | undefined; children: React.ReactNode }) {
  const { register, watch, formState: { errors } } = useFormContext<Form>();
  const [how, secret] = watch(["how", "secret"]);
  const person = how === "authorization_code";
  const stored = one !== undefined && !person;
  const length = secret.trim().length;
  const odd = length > 0 && /^[0-9A-F]+$/i.test(secret.trim()) && length !== USUAL;
  const secretHint = odd ? `${length} characters. Creatio's secrets usually have ${USUAL}.` : stored ? "One is stored and cannot be shown again. Fill this in only to replace it." : person ? "Only if the application has one." : "Goes to the keychain and cannot be shown again.";
  return (
    <Block id="connect" title="Connect" lead={person ? "Made in Creatio under System Designer, OAuth 2.0 applications, grant type Authorization Code." : "Made in Creatio under System Designer, OAuth 2.0 applications, grant type Client Credentials."}>
      <div className="g2">
        <Field label="Name" error={errors.name?.message} hint={one ? "Cannot be changed: links name it." : "As your team calls it."}><input {...register("name")} readOnly={one !== undefined} autoComplete="off" /></Field>
        <Field label="Instance URL" error={errors.url?.message} hint={one ? "Another Creatio is another connection." : "Paste any address from your Creatio. We keep the part we need."}><input {...register("url")} readOnly={one !== undefined} inputMode="url" dir="ltr" placeholder="https://your-company.creatio.com" autoComplete="off" /></Field>
      </div>
      {one
        ? <p className="f12 t2">{person ? "Signed in as a person. " : "Signs in with client ID and secret. "}To change that, disconnect and connect again: Casebridge finds its cases and doubles none.</p>
        : <Options legend="How to sign in" named value={how} options={HOW} field={register("how")} />}
      <div className="g2">
        <Field label="Client ID" error={errors.client_id?.message}><input {...register("client_id")} className="mono" dir="ltr" autoComplete="off" spellCheck={false} /></Field>
        <Field label={stored ? "New client secret" : "Client secret"} error={errors.secret?.message} hint={secretHint}><input {...register("secret")} type="password" dir="ltr" autoComplete="new-password" placeholder={stored ? "Stored" : ""} /></Field>
        {person && <Field label="Redirect URI" hint={<>Enter exactly this in the application. <button type="button" className="linkish" onClick={() => void copyText(watch("redirect_uri"), "The redirect URI is copied")}>Copy</button></>}><input {...register("redirect_uri")} dir="ltr" autoComplete="off" /></Field>}
        <Field label="Identity service" hint="Found by itself. Fill it in if the test cannot find it: system setting OAuth20IdentityServerUrl."><input {...register("identity_url")} inputMode="url" dir="ltr" placeholder="Found by itself" autoComplete="off" /></Field>
      </div>
      {children}
    </Block>
  );
}

/** The person signs in in the browser and brings the final address back. */
export function SignIn({ step, brought, onBrought }: { step: Pick<SignInStart, "url" | "redirect_uri">; brought: string; onBrought: (text: string) => void }) {
  return (
    <div className="note acc sign-in">
      <Icon name="person" />
      <div className="grow">
        <p><span className="b">Sign in to Creatio, then bring the address back.</span> <span className="t2">Afterwards the browser shows an address that begins with <code>{step.redirect_uri}</code> and a page that cannot be reached. That is right: copy the whole address.</span></p>
        <span className="flex wrap"><a className="btn" href={step.url} target="_blank" rel="noreferrer"><Icon name="out" />Open the sign-in</a><Button icon="copy" small={false} onClick={() => void copyText(step.url, "The address of the sign-in is copied")}>Copy its address</Button></span>
        <Field label="Final address"><input value={brought} onChange={(event) => onBrought(event.target.value)} dir="ltr" autoComplete="off" spellCheck={false} /></Field>
      </div>
    </div>
  );
}
