import { zodResolver } from "@hookform/resolvers/zod";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { useChange } from "../../../data/integrations";
import type { ConnectionView, SignInState } from "../../../generated";
import { toast } from "../../../shared/toasts";
import { changeOf, formOf, newSettings, schema, type Form } from "./form";
import { useSignIn } from "../useSignIn";

/** The form of a connection and its way through sign-in, test and save. */
export function useSalesforceSetUp(one: ConnectionView | undefined, way: Form["way"]) {
  const navigate = useNavigate();
  const [base, setBase] = useState<Form>(() => ({ ...formOf(one), way }));
  const form = useForm<Form>({ resolver: zodResolver(schema), defaultValues: base, mode: "onTouched" });
  const signing = useSignIn((state: SignInState) => {
    if (state.state !== "done") return;
    if (one) return toast("Signed in");
    toast(`${state.connection} is connected`);
    void navigate({ to: "/integrations/$name", params: { name: state.connection ?? "" }, ignoreBlocker: true });
  });
  const set = useChange("connection_try_and_set", (done) => {
    if (!done.saved) return;
    const now = { ...formOf(done.saved), way };
    setBase(now);
    form.reset(now);
    toast("Saved");
  });
  const send = (values: Form) => {
    if (one) return set.mutate({ name: one.name, ...changeOf(base, values) });
    const { name, mode, secret } = values;
    signing.begin({ way: values.way, add: { kind: "salesforce", name, mode, settings: newSettings(values), ...(secret === "" ? {} : { secret }) } });
  };
  return {
    form, signing, submit: () => { if (!signing.flow) void form.handleSubmit(send)(); }, discard: () => form.reset(base),
    testing: set.isPending, error: set.error, tested: set.data ? { report: set.data.report, saved: Boolean(set.data.saved) } : null,
  };
}
