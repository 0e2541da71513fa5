import { useFormContext } from "react-hook-form";
import { useChoices } from "../../data/integrations";
import { Field } from "../../shared/Field";
import { Icon } from "../../shared/Icon";
import { Block } from "./Block";
import { pageOf, STOCK_CATEGORY, type Form } from "./form";
import { Picked } from "./WhoStep";

/** The one shape of our activities, and how people find from a session to its case and back. */
export function RecordsStep({ connection }: { connection: string }) {
  const { register, setValue, watch, formState: { errors } } = useFormContext<Form>();
  const [category, page] = watch(["activity_category", "case_page"]);
  const categories = useChoices(connection, "activity_category").data ?? [];
  const own = category !== "" && category !== STOCK_CATEGORY;
  const log = categories.find((one) => one.name.toLowerCase() === "conversation log");
  const found = page === "" ? null : pageOf(page);
  const pageField = register("case_page", { onBlur: () => {
    const pasted = pageOf(page);
    if (pasted && pasted.template !== page) setValue("case_page", pasted.template, { shouldDirty: true, shouldValidate: true });
  } });
  return (
    <Block id="records" title="What is written on the case" lead="One activity for each message: completed, not in anybody's calendar, never an e-mail. Its title says who said it, its detailed result holds the whole text.">
      <div className="g2">
        <Picked name="activity_type" label="Type of our activities" connection={connection} what="activity_type" none="Task" hint="Never Email: Creatio would reopen the case and clear its owner." />
        <Picked name="activity_category" label="Category of our activities" connection={connection} what="activity_category" none="To do, as Creatio has it" hint={own ? "Leave this category out in the signals of the business processes." : undefined} />
      </div>
      {!own && (
        <div className="note">
          <Icon name="info" />
          <div className="grow">
            <span className="b">Better two categories of your own.</span> <span className="t2">Add “Conversation log” for ours and “Reply to customer” for theirs in Creatio's lookup “Activity categories”. Then the business process can leave ours out in its signal, and a task can be told from a reply. With To do, people's own to-dos are left out as well.</span>
            {log && <p><button type="button" className="linkish" onClick={() => setValue("activity_category", log.id, { shouldDirty: true })}>Use “{log.name}”</button></p>}
          </div>
        </div>
      )}
      <div className="g2">
        <Field label="Column for the session's id" error={errors.session_column?.message} hint="A text column of Case, such as UsrSessionId. Without one the id ends the description."><input {...register("session_column")} className="mono" dir="ltr" autoComplete="off" spellCheck={false} /></Field>
        <Field label="Address of a case's page" error={errors.case_page?.message} hint={found ? `${found.said}.` : "Paste the address of any case, from Freedom UI or classic pages. Without one Creatio's redirect is used."}><input {...pageField} dir="ltr" inputMode="url" autoComplete="off" spellCheck={false} /></Field>
        <Field label="Calls a day in your plan" error={errors.calls_per_day?.message} hint="Creatio tells no quota. Our own count is shown against this figure."><input {...register("calls_per_day")} inputMode="numeric" autoComplete="off" /></Field>
      </div>
    </Block>
  );
}
