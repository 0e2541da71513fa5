import { Controller, useFormContext, type FieldPath, type FieldValues } from "react-hook-form";
import { useChoices } from "../../data/integrations";
import { Icon } from "../../shared/Icon";
import { Block } from "./Block";
import type { Form } from "./form";
import { Options } from "./Options";
import { Picker } from "./Picker";

type Props<F extends FieldValues> = Omit<React.ComponentProps<typeof Picker>, "value" | "onChange" | "onBlur" | "error"> & { name: FieldPath<F> };

/** A picker that is a field of the form. */
export function Picked<F extends FieldValues = Form>({ name, ...rest }: Props<F>) {
  const { control } = useFormContext<F>();
  return <Controller control={control} name={name} render={({ field, fieldState }) => <Picker {...rest} value={String(field.value)} onChange={field.onChange} onBlur={field.onBlur} error={fieldState.error?.message} />} />;
}

const STATES = "CaseNotificationRule";

/** Owner, group, statuses, and the customer of a case. */
export function WhoStep({ connection }: { connection: string }) {
  const { register, watch } = useFormContext<Form>();
  const [contact, owner] = watch(["contact", "owner"]);
  const statuses = useChoices(connection, "status").data ?? [];
  const closed = statuses.filter((one) => one.means === "closed" || one.means === "resolved").map((one) => one.name);
  return (
    <Block id="who" title="Who gets it, and what its states mean" lead="Only set when the case is made. Later changes by people are never overwritten.">
      <div className="g2">
        <Picked name="owner" label="Owner" connection={connection} what="owner" none="Nobody, the group decides" hint="An employee with a user of their own." />
        <Picked name="group" label="Group" connection={connection} what="group" none="None" />
        <Picked name="resolved_status" label="Resolved here sets status" connection={connection} what="status" none="Resolved, as Creatio has it" only={(one) => one.means === "resolved" || one.means === "closed"} hint="Better not “Closed”: Creatio reopens Resolved on a new mail, Closed never." />
        <Picked name="reopened_status" label="Reopened here sets status" connection={connection} what="status" none="Reopened, as Creatio has it" only={(one) => one.means === "open"} />
        <Picked name="category" label="Category of cases" connection={connection} what="category" none="As Creatio sets it" hint="It decides which notification rules apply." />
        <Picked name="origin" label="Origin of cases" connection={connection} what="origin" none="By channel: Chat, Email, Call" hint="Creatio alone would say Call." />
      </div>
      <dl className="kv facts wide"><div><dt>A new case has</dt><dd>the status that Creatio gives it, New unless your admin changed that</dd></div><div><dt>Counts as closed</dt><dd>{closed.length > 0 ? closed.join(", ") : "what Creatio marks as final or resolved"} <span className="t3">by Creatio's own marks, not by name</span></dd></div></dl>
      <Options legend="When the customer is not exactly one contact" named value={contact} field={register("contact")} options={[
        { id: "create", name: "Make a contact", means: "The case can be saved at once. Creatio's notification rules then mail this contact." },
        { id: "default_contact", name: "Use one contact", means: "All such cases are theirs, and so are the mails that Creatio sends." },
        { id: "default_account", name: "Use one account", means: "No contact, so nobody is mailed. The case can be saved." },
        { id: "leave_empty", name: "Leave it empty", means: "Nobody is mailed. People must choose a contact before they can save the case." },
      ]} />
      {contact === "default_contact" && <Picked key="contact" name="contact_id" label="Contact" connection={connection} what="contact" none="Choose one" search />}
      {contact === "default_account" && <Picked key="account" name="contact_id" label="Account" connection={connection} what="account" none="Choose one" search />}
      <div className="note"><Icon name="mail" /><div className="grow"><span className="b">Mails that Creatio sends by itself.</span> <span className="t2">Out of the box it mails the contact of a case at once when the case becomes New, In progress, Resolved, Closed or Canceled, if the contact has an e-mail address and a support mailbox is set up. One case per chat is then several mails per chat. The rules are in Creatio's lookup “Case notification rules” ({STATES}).</span></div></div>
      {owner === "" && <Picked name="activity_owner" label="Owner of the conversation's activities" connection={connection} what="owner" none="The Supervisor, or the first active employee" hint="Creatio takes no activity without an owner. The case's owner comes first." />}
    </Block>
  );
}
