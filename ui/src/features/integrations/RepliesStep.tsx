import { useFieldArray, useFormContext } from "react-hook-form";
import { useChange } from "../../data/integrations";
import { Button } from "../../shared/Button";
import { Field } from "../../shared/Field";
import { Icon } from "../../shared/Icon";
import { Time } from "../../shared/Time";
import { Block } from "./Block";
import { repliesOf, type Form } from "./form";
import { Options } from "./Options";
import { Failed } from "./TestResult";
import { Picked } from "./WhoStep";

const KINDS: Record<string, string> = { activity: "Activity", email: "E-mail", task: "Task", portal_message: "Portal message", portal: "Portal message" };

/** Tasks are internal until somebody has seen what would be delivered. */
export function RepliesStep({ connection, seen, onSeen, wanted }: { connection: string; seen: string; onSeen: (rules: string) => void; wanted: boolean }) {
  const { control, register, watch, getValues, formState: { errors } } = useFormContext<Form>();
  const { fields, append, remove } = useFieldArray({ control, name: "tasks" });
  const [emails, portal, tasks] = watch(["emails", "portal", "tasks"]);
  const now = JSON.stringify(repliesOf({ emails, portal, tasks }));
  const preview = useChange("replies_preview", () => onSeen(JSON.stringify(repliesOf(getValues()))));
  const shown = preview.data && seen === now ? preview.data : null;
  return (
    <Block id="replies" title="What is a reply to the customer" lead="Everything else on the case stays internal. Each record that is not delivered says why, on the trace.">
      <Options legend="E-mails that were sent from the case" named value={emails} field={register("emails")} options={[
        { id: "recorded", name: "Recorded", means: "Creatio mailed them already. They stand in the conversation and are not sent again." },
        { id: "delivered", name: "Delivered as well", means: "The customer has them twice: as a mail and in the conversation." },
        { id: "off", name: "Not replies", means: "They stay in Creatio." },
      ]} />
      <label className="check"><input type="checkbox" {...register("portal")} /><span><span className="m block">Portal messages that customers can see</span><span className="f12 t2">Hidden ones stay internal.</span></span></label>
      <div className="rules">
        <h3 className="lab">Tasks</h3>
        {fields.length === 0 && <p className="f12 t2">Tasks are internal. A rule makes those replies that have a category, or a value in a column, which only replies have.</p>}
        {fields.map((field, at) => (
          <fieldset key={field.id} className="card rule">
            <legend className="vh">{`Rule ${at + 1} for tasks`}</legend>
            <div className="g2">
              <Picked name={`tasks.${at}.category`} label="Category" connection={connection} what="activity_category" none="Any" />
              <Picked name={`tasks.${at}.type_id`} label="Type" connection={connection} what="activity_type" none="Any" />
              <Field label="Column of Activity"><input {...register(`tasks.${at}.column`)} className="mono" dir="ltr" autoComplete="off" spellCheck={false} placeholder="UsrToCustomer" /></Field>
              <Field label="Its value" error={errors.tasks?.[at]?.value?.message} hint="A text, true or false, or an id."><input {...register(`tasks.${at}.value`)} dir="ltr" autoComplete="off" /></Field>
            </div>
            <Button kind="ghost" danger onClick={() => remove(at)}>Remove this rule</Button>
          </fieldset>
        ))}
        <span className="flex wrap">
          <Button icon="plus" onClick={() => append({ type_id: "", category: "", column: "", value: "" })}>Make some tasks replies</Button>
          <Button icon="eye" onClick={() => preview.mutate({ connection, replies: repliesOf(getValues()) })} disabled={preview.isPending}>{preview.isPending ? "Asking Creatio" : "Show what would have been delivered"}</Button>
        </span>
        {wanted && <div className="note act" role="alert"><Icon name="warn" /><div className="grow"><span className="b">Nobody has looked at what these tasks would deliver.</span> <span className="t2">Show it first. Nothing is sent by looking.</span></div></div>}
        {preview.error && <Failed error={preview.error} />}
        {shown && (
          <div className="card preview" role="region" aria-label="What would have been delivered">
            {shown.length === 0 ? <p className="pad t2">None of the newest records is a reply by these rules.</p> : (
              <table className="rights">
                <caption className="vh">The newest records that would have been delivered</caption>
                <thead><tr><th>When</th><th>What</th><th>The customer would have read</th></tr></thead>
                <tbody>{shown.map((row) => <tr key={row.record}><td>{row.at ? <Time at={row.at} as="list" quiet /> : "?"}</td><td>{KINDS[row.kind] ?? row.kind}<span className="block t3">{row.author}</span></td><td><span className="said" dir="auto">{row.text}</span></td></tr>)}</tbody>
              </table>
            )}
            <p className="pad f12 t3">{shown.length === 0 ? "Looked at" : `The newest ${shown.length}, looked at`}. Nothing was sent.</p>
          </div>
        )}
      </div>
    </Block>
  );
}
