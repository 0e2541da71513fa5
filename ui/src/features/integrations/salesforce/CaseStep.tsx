import { Controller, useFormContext } from "react-hook-form";
import { useState } from "react";
import { useChoices } from "../../../data/integrations";
import { Field } from "../../../shared/Field";
import { Block } from "../Block";
import { Picked } from "../WhoStep";
import type { Form } from "./form";

/** Owner, marks and states of a case. */
export function CaseStep({ connection }: { connection: string }) {
  const { register, formState: { errors } } = useFormContext<Form>();
  const statuses = useChoices(connection, "status").data ?? [];
  const closed = statuses.filter((one) => one.means === "closed").map((one) => one.name);
  return (
    <Block id="who" title="The case: who gets it, how it is marked, what its states mean" lead="Only set when the case is made. Later changes by people are never overwritten, and assignment rules run only when no owner is set here.">
      <div className="g2">
        <OwnerPicker connection={connection} />
        <Picked<Form> name="origin" label="Origin of cases" connection={connection} what="origin" none="By channel: Web, Email, Phone" named />
        <Picked<Form> name="resolved_status" label="Resolved here sets status" connection={connection} what="status" none="The first that means closed" only={(one) => one.means === "closed"} />
        <Picked<Form> name="reopened_status" label="Reopened here sets status" connection={connection} what="status" none="The org's default for new cases" only={(one) => one.means === "open"} />
        <Field label="Field that marks our cases" error={errors.case_from_field?.message} hint="The kit makes Case_From__c. A case is made without it where it is missing."><input {...register("case_from_field")} className="mono" dir="ltr" autoComplete="off" spellCheck={false} /></Field>
        <Field label="Its value" error={errors.case_from_value?.message}><input {...register("case_from_value")} className="mono" dir="ltr" autoComplete="off" spellCheck={false} /></Field>
        <Field label="Calls left to others, in %" error={errors.reserve_percent?.message} hint="Of the org's calls of a day. 20 unless set: past it nothing is sent, and everything waits."><input {...register("reserve_percent")} inputMode="numeric" autoComplete="off" placeholder="20" /></Field>
      </div>
      <dl className="kv facts wide">
        <div><dt>Counts as closed</dt><dd>{closed.length > 0 ? closed.join(", ") : "what Salesforce marks as closed"} <span className="t3">by the org's own mark, not by name</span></dd></div>
        <div><dt>The conversation</dt><dd>one comment for each message, internal: customers see none of them in a portal</dd></div>
        <div><dt>A reply</dt><dd>a published comment that is not ours. E-mails that Salesforce sent are recorded, never sent twice. Internal comments and drafts stay in Salesforce</dd></div>
      </dl>
    </Block>
  );
}

const BY_HAND = "by hand";

/** A user or a queue, as `OwnerId` takes either. */
function OwnerPicker({ connection }: { connection: string }) {
  const { control } = useFormContext<Form>();
  const [byHand, setByHand] = useState(false);
  const queues = useChoices(connection, "group");
  const users = useChoices(connection, "owner");
  const unreadable = queues.error ?? users.error;
  const groups = [["Queues", queues.data ?? []], ["People", users.data ?? []]] as const;
  return (
    <Controller control={control} name="owner" render={({ field, fieldState }) => {
      const error = fieldState.error?.message;
      if (byHand || unreadable) return (
        <Field label="Owner" error={error} hint={<>{unreadable ? `Salesforce shows no list: ${unreadable.message}. ` : ""}Paste the id of a user or a queue. {!unreadable && <button type="button" className="linkish" onClick={() => setByHand(false)}>Choose from the list</button>}</>}>
          <input {...field} className="mono" dir="ltr" spellCheck={false} autoComplete="off" placeholder="00G000000000000AAA" />
        </Field>
      );
      const known = field.value === "" || groups.some(([, rows]) => rows.some((one) => one.id === field.value));
      return (
        <Field label="Owner" error={error} hint={queues.isPending || users.isPending ? "Asking Salesforce…" : "A user or a queue."}>
          <select value={field.value} onBlur={field.onBlur} onChange={(event) => (event.target.value === BY_HAND ? setByHand(true) : field.onChange(event.target.value))}>
            <option value="">As Salesforce assigns it</option>
            {!known && <option value={field.value}>{field.value}</option>}
            {groups.map(([name, rows]) => rows.length > 0 && <optgroup key={name} label={name}>{rows.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}</optgroup>)}
            <option value={BY_HAND}>Paste an id…</option>
          </select>
        </Field>
      );
    }} />
  );
}
