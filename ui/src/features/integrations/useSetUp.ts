import { zodResolver } from "@hookform/resolvers/zod";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { useChange } from "../../data/integrations";
import type { AddReport, ConnectionView, SignInStart } from "../../generated";
import { toast } from "../../shared/toasts";
import { changeOf, formOf, newSettings, repliesOf, schema, type Form } from "./form";
import { goTo } from "./steps";

/** The form of a connection and its way through test, sign-in and save. */
export function useSetUp(one?: ConnectionView) {
  const navigate = useNavigate();
  const [base, setBase] = useState<Form>(() => formOf(one));
  const [signIn, setSignIn] = useState<SignInStart | null>(null);
  const [brought, setBrought] = useState("");
  const [seen, setSeen] = useState("");
  const [wanted, setWanted] = useState(false);
  const form = useForm<Form>({ resolver: zodResolver(schema), defaultValues: base, mode: "onTouched" });
  const { isDirty } = form.formState;

  const added = (done: AddReport) => {
    if (!done.added) return setSignIn(null);
    toast(`${done.added.name} is connected`);
    void navigate({ to: "/integrations/$name", params: { name: done.added.name }, ignoreBlocker: true });
  };
  const add = useChange("connection_try_and_add", added);
  const begin = useChange("sign_in_try", (step) => setSignIn(step));
  const finish = useChange("sign_in_try_finish", added);
  const set = useChange("connection_try_and_set", (done) => {
    if (!done.saved) return;
    const now = formOf(done.saved);
    setBase(now);
    form.reset(now);
    toast("Saved");
  });
  const all = [add, begin, finish, set];

  const send = (values: Form) => {
    for (const one of all) one.reset();
    setWanted(false);
    const { name, mode, secret } = values;
    const settings = newSettings(values);
    if (one) {
      const rules = JSON.stringify(repliesOf(values));
      const tasks = JSON.stringify(values.tasks) !== JSON.stringify(base.tasks) && values.tasks.length > 0;
      if (tasks && seen !== rules) {
        setWanted(true);
        return goTo("replies");
      }
      return set.mutate({ name: one.name, ...changeOf(base, values) });
    }
    if (values.how === "client_credentials") {
      if (secret === "") return form.setError("secret", { message: "Creatio shows it only once, when the application is made." }, { shouldFocus: true });
      return add.mutate({ name, mode, settings, secret });
    }
    if (signIn) return finish.mutate({ sign_in: signIn.sign_in, brought, name, mode });
    begin.mutate({ settings, ...(secret === "" ? {} : { secret }) });
  };
  const submit = () => void form.handleSubmit(send)();

  const error = all.find((one) => one.error)?.error ?? null;
  const report = set.data?.report ?? add.data?.report ?? finish.data?.report;
  const saved = Boolean(set.data?.saved ?? add.data?.added ?? finish.data?.added);
  return {
    form, submit, error, signIn, brought, setBrought, seen, setSeen, wanted,
    dirty: isDirty, testing: all.some((one) => one.isPending),
    result: report ? { report, saved } : null,
    discard: () => form.reset(base),
  };
}
