import { zodResolver } from "@hookform/resolvers/zod";
import { Link, useNavigate } from "@tanstack/react-router";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { useTryAndAdd } from "../../data/engine";
import { Button } from "../../shared/Button";
import { Field } from "../../shared/Field";
import { Icon } from "../../shared/Icon";
import { toast } from "../../shared/toasts";
import { TestResult } from "./TestResult";

const schema = z.object({
  name: z.string().trim().min(1, "Give it a name, as your team calls it."),
  url: z.string().trim().min(1, "Paste the address you see after signing in to Creatio."),
  client_id: z.string().trim().min(1, "Copy it from the OAuth application in Creatio."),
  secret: z.string().min(1, "Creatio shows it only once, when the application is made."),
  mode: z.enum(["every", "handoff"]),
});
type Form = z.infer<typeof schema>;
const MODES = [["every", "At the first message", "Every conversation has a case."], ["handoff", "At handoff only", "What the AI solves stays out of the CRM."]] as const;

export function AddConnection() {
  const navigate = useNavigate();
  const add = useTryAndAdd();
  const { register, handleSubmit, watch, formState: { errors } } = useForm<Form>({ resolver: zodResolver(schema), defaultValues: { name: "Creatio", url: "", client_id: "", secret: "", mode: "every" } });
  const mode = watch("mode");
  const submit = handleSubmit(({ name, url, client_id, secret, mode: when }) =>
    add.mutate({ name, mode: when, secret, settings: { url, auth: { kind: "client_credentials", client_id } } }, {
      onSuccess: (done) => {
        if (!done.added) return;
        toast(`${done.added.name} is connected`);
        void navigate({ to: "/integrations/$name", params: { name: done.added.name } });
      },
    }));
  return (
    <div className="page">
      <header className="bar" data-region>
        <Link to="/integrations" className="t2">Integrations</Link><Icon name="right" small /><h1 className="h1">Connect Creatio</h1>
      </header>
      <div className="scroll" data-region>
        <form className="page-in narrow" onSubmit={(event) => void submit(event)} noValidate>
          <p className="t2">Made in Creatio under System Designer, OAuth 2.0 applications, grant type Client Credentials. It is tested before anything is saved.</p>
          <div className="g2">
            <Field label="Name" error={errors.name?.message}><input {...register("name")} autoComplete="off" /></Field>
            <Field label="Instance URL" error={errors.url?.message} hint="A pasted address is cleaned up."><input {...register("url")} inputMode="url" dir="ltr" placeholder="https://your-company.creatio.com" autoComplete="off" /></Field>
            <Field label="Client ID" error={errors.client_id?.message}><input {...register("client_id")} className="mono" dir="ltr" autoComplete="off" spellCheck={false} /></Field>
            <Field label="Client secret" error={errors.secret?.message} hint="Goes to the keychain and cannot be shown again."><input {...register("secret")} type="password" dir="ltr" autoComplete="new-password" /></Field>
          </div>
          <fieldset className="plain-set">
            <legend className="h2">When to open a case</legend>
            <div className="opts">
              {MODES.map(([id, name, means]) => (
                <label key={id} className={mode === id ? "opt on" : "opt"}>
                  <input type="radio" value={id} {...register("mode")} />
                  <span><span className="m block">{name}</span><span className="f12 t2">{means}</span></span>
                </label>
              ))}
            </div>
          </fieldset>
          {add.error && <div className="note act" role="alert"><Icon name="warn" /><div className="grow"><span className="b">{add.error.message}</span> <span className="t2">{add.error.hint} Nothing was saved.</span></div></div>}
          {add.data && !add.data.added && <TestResult report={add.data.report} />}
          <div className="flex">
            <Button type="submit" kind="primary" small={false} icon="plug" disabled={add.isPending}>{add.isPending ? "Testing" : "Test & Save"}</Button>
            <span className="f12 t3">The test writes nothing.</span>
          </div>
        </form>
      </div>
    </div>
  );
}
