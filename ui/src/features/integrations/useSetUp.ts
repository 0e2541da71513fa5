import { zodResolver } from "@hookform/resolvers/zod";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { useChange } from "../../data/integrations";
import type { ConnectionView, SignInState, SignInWays } from "../../generated";
import { toast } from "../../shared/toasts";
import { changeOf, formOf, newSettings, repliesOf, schema, type Form } from "./form";
import { goTo } from "./steps";
import { useSignIn } from "./useSignIn";
import { usualWay } from "./ways";

/** The form of a connection and its way through test, sign-in and save. */
export function useSetUp(one: ConnectionView | undefined, ways: SignInWays, here: boolean) {
  const navigate = useNavigate();
  const usual = { way: usualWay("creatio", ways, here), redirect_uri: ways.creatio.loopback[0] ?? "" };
  const [base, setBase] = useState<Form>(() => (one ? formOf(one) : { ...formOf(), ...usual }));
  const [seen, setSeen] = useState("");
  const [wanted, setWanted] = useState(false);
  const form = useForm<Form>({ resolver: zodResolver(schema), defaultValues: base, mode: "onTouched" });
  const { isDirty } = form.formState;

  const connected = (name: string) => {
    toast(`${name} is connected`);
    void navigate({ to: "/integrations/$name", params: { name }, ignoreBlocker: true });
  };
  const add = useChange("connection_try_and_add", (done) => done.added && connected(done.added.name));
  const signing = useSignIn((state: SignInState) => {
    if (state.state !== "done") return;
    if (one) toast("Signed in");
    else connected(state.connection ?? "");
  });
  const set = useChange("connection_try_and_set", (done) => {
    if (!done.saved) return;
    const now = formOf(done.saved);
    setBase(now);
    form.reset(now);
    toast("Saved");
  });
  const all = [add, set];

  const send = (values: Form) => {
    for (const one of all) one.reset();
    setWanted(false);
    const { name, mode, secret } = values;
    const back = values.way === "public" ? ways.creatio.public : null;
    const settings = newSettings(back ? { ...values, redirect_uri: back } : values);
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
    signing.begin({ way: values.way, add: { kind: "creatio", name, mode, settings, ...(secret === "" ? {} : { secret }) } });
  };
  const submit = () => { if (!signing.flow) void form.handleSubmit(send)(); };

  const error = all.find((one) => one.error)?.error ?? null;
  const report = set.data?.report ?? add.data?.report;
  const saved = Boolean(set.data?.saved ?? add.data?.added);
  return {
    form, submit, error, signing, seen, setSeen, wanted,
    dirty: isDirty, testing: all.some((one) => one.isPending),
    result: report ? { report, saved } : null,
    discard: () => form.reset(base),
  };
}
