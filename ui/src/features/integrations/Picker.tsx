import { useId, useState } from "react";
import { useChoices } from "../../data/integrations";
import type { Choice } from "../../generated";
import { Field } from "../../shared/Field";
import { useCrm } from "./crm";

type Props = {
  label: string;
  connection: string;
  what: string;
  value: string;
  onChange: (id: string) => void;
  onBlur?: () => void;
  /** What it means when nothing is chosen. */
  none: string;
  hint?: React.ReactNode;
  error?: string | undefined;
  only?: (choice: Choice) => boolean;
  /** For objects with too many rows for one list: a part of the name narrows. */
  search?: boolean;
  /** Set by its name, where the CRM knows no id of it. */
  named?: boolean;
};

const BY_HAND = "by hand";

/** One row of the CRM, by name. Where Creatio shows no list, its id can be pasted: the first write proves it. */
export function Picker({ label, connection, what, value, onChange, onBlur, none, hint, error, only, search, named }: Props) {
  const { kind, crm } = useCrm();
  const [typed, setTyped] = useState("");
  const [byHand, setByHand] = useState(false);
  const filter = useId();
  const choices = useChoices(connection, what, search ? typed : "");
  const rows = (choices.data ?? []).filter((one) => only?.(one) ?? true);
  const unreadable = choices.isError;
  if (byHand || unreadable) {
    const why = unreadable ? `${crm} shows no list: ${choices.error.message}` : undefined;
    return (
      <Field label={label} error={error} hint={<>{why ?? hint} {named ? "Write its name." : "Paste the id."} {byHand && !unreadable && <button type="button" className="linkish" onClick={() => setByHand(false)}>Choose from the list</button>}</>}>
        <input value={value} onChange={(event) => onChange(event.target.value)} onBlur={onBlur} className="mono" dir="ltr" spellCheck={false} autoComplete="off" placeholder={named ? "" : kind === "salesforce" ? "005000000000000AAA" : "00000000-0000-0000-0000-000000000000"} />
      </Field>
    );
  }
  const means = (one: Choice) => (named ? one.name : one.id);
  const known = value === "" || rows.some((one) => means(one) === value);
  return (
    <div className="picker">
      {search && (
        <label className="vh" htmlFor={filter}>{`Find: ${label}`}</label>
      )}
      <Field label={label} error={error} hint={choices.isPending ? `Asking ${crm}…` : hint}>
        <select value={value} onBlur={onBlur} onChange={(event) => (event.target.value === BY_HAND ? setByHand(true) : onChange(event.target.value))}>
          <option value="">{none}</option>
          {!known && <option value={value}>{choices.isPending ? "…" : value}</option>}
          {rows.map((one) => <option key={one.id} value={means(one)}>{one.name}</option>)}
          <option value={BY_HAND}>{named ? "Write a name…" : "Paste an id…"}</option>
        </select>
      </Field>
      {search && <input id={filter} className="inp" type="search" value={typed} onChange={(event) => setTyped(event.target.value)} placeholder="A part of the name" autoComplete="off" />}
    </div>
  );
}
