import { useFormContext } from "react-hook-form";
import type { ConnectionView, SignInWays } from "../../generated";
import { Field } from "../../shared/Field";
import { copyText } from "../../shared/insecure";
import { Block } from "./Block";
import type { Form } from "./form";
import { Options } from "./Options";
import { waysOut } from "./ways";

const HOW = [
  { id: "client_credentials", name: "Client ID and secret", means: "Acts as a technical user of Creatio. For a team's engine." },
  { id: "authorization_code", name: "Sign in as yourself", means: "Your own rights, and no secret of the company on this computer. Best for a desktop." },
];
const USUAL = 64;

type Props = { one?: ConnectionView | undefined; ways: SignInWays; here: boolean; children: React.ReactNode };

/** Where Creatio is, and who we are there. */
export function ConnectStep({ one, ways, here, children }: Props) {
  const { register, watch, formState: { errors } } = useFormContext<Form>();
  const [how, secret, way, redirect] = watch(["how", "secret", "way", "redirect_uri"]);
  const person = how === "authorization_code";
  const back = !one && way === "public" ? ways.creatio.public : null;
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
      {!one && person && <Options legend="How the browser comes back" named value={way} options={waysOut("creatio", ways, here)} field={register("way")} />}
      <div className="g2">
        <Field label="Client ID" error={errors.client_id?.message}><input {...register("client_id")} className="mono" dir="ltr" autoComplete="off" spellCheck={false} /></Field>
        <Field label={stored ? "New client secret" : "Client secret"} error={errors.secret?.message} hint={secretHint}><input {...register("secret")} type="password" dir="ltr" autoComplete="new-password" placeholder={stored ? "Stored" : ""} /></Field>
        {person && <Field label="Redirect URI" hint={<>Enter exactly this in the application. <button type="button" className="linkish" onClick={() => void copyText(back ?? redirect, "The redirect URI is copied")}>Copy</button></>}>{back ? <input key="public" value={back} readOnly dir="ltr" /> : <input key="own" {...register("redirect_uri")} readOnly={one !== undefined} dir="ltr" autoComplete="off" />}</Field>}
        <Field label="Identity service" hint="Found by itself. Fill it in if the test cannot find it: system setting OAuth20IdentityServerUrl."><input {...register("identity_url")} inputMode="url" dir="ltr" placeholder="Found by itself" autoComplete="off" /></Field>
      </div>
      {children}
    </Block>
  );
}
