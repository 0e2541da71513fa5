import { useState, type ReactNode } from "react";
import type { Allowed } from "../../generated";
import { useLookup } from "../../data/mappings";
import { Combo } from "../../shared/Combo";
import { Field } from "../../shared/Field";
import type { Edit } from "./Editor";
import { allowed } from "./kinds";
import { MomentField } from "./MomentField";
import { SegRadio } from "./SegRadio";
import { SeveralField } from "./SeveralField";
import { readTyped, shownValue, typedOf } from "./values";

type Props = { edit: Edit; label: string; value: unknown; onChange: (value: unknown) => void; error?: string | undefined; hint?: ReactNode; none?: string; first?: boolean };
const LONG = 120;
const MANY = 12;

/** A value of the column, entered as its type asks for. */
export function ValueField(props: Props) {
  const { edit: { kind, mapping }, label, value, onChange, error, hint, none = "Choose…", first } = props;
  const mark = first ? { "data-first": true } : {};
  switch (kind.type) {
    case "boolean":
      return (
        <SegRadio legend={label} name={`${label}-${mapping.id}`} value={value === true ? "yes" : value === false ? "no" : ""} hint={error ?? (typeof hint === "string" ? hint : undefined)}
          options={[{ id: "yes", name: "Yes" }, { id: "no", name: "No" }, { id: "", name: none === "Choose…" ? "Not chosen" : none }]} onChange={(now) => onChange(now === "" ? null : now === "yes")} />
      );
    case "date": case "time":
      return (
        <Field label={label} error={error} hint={hint}>
          <input {...mark} type={kind.type} {...(kind.type === "time" ? { step: 60 } : {})} value={typedOf(value).slice(0, kind.type === "time" ? 5 : 10)} onChange={(event) => onChange(event.target.value === "" ? null : kind.type === "time" ? `${event.target.value.slice(0, 5)}:00` : event.target.value)} />
        </Field>
      );
    case "date_time": return <MomentField {...props} />;
    case "multi_picklist": return <SeveralField {...props} />;
    case "picklist": case "lookup": return kind.type === "lookup" && kind.values.length === 0 ? <SearchedRow {...props} /> : <OneOf {...props} values={allowed(kind)} />;
    default: return <Typed {...props} />;
  }
}

/** Text and numbers. What is typed stays as it was typed, and is read at each key. */
function Typed({ edit: { kind }, label, value, onChange, error, hint, first }: Props) {
  const [{ typed, of }, setTyped] = useState(() => ({ typed: typedOf(value), of: value }));
  // The value was changed elsewhere: by undoing, or by replacing a value that is gone. What is typed may read as another value
  // than the one it came as, so the two are never compared: a text "007" of a column that now holds numbers stays as it is.
  if (value !== of) setTyped({ typed: typedOf(value), of: value });
  const read = readTyped(kind, typed);
  const set = (text: string) => {
    const now = readTyped(kind, text);
    const next = "value" in now ? now.value : text.trim();
    setTyped({ typed: text, of: next });
    onChange(next);
  };
  const most = kind.type === "text" ? kind.max : null;
  const count = most === null || typed === "" ? hint : <span className="num">{[...typed.trim()].length} of {most} characters</span>;
  const props = { value: typed, dir: "auto" as const, autoComplete: "off", ...(first ? { "data-first": true } : {}) };
  const wrong = error ?? ("problem" in read ? read.problem : undefined);
  if (kind.type === "text" && kind.format === "plain" && (most === null || most > LONG)) return <Field label={label} error={wrong} hint={count}><textarea {...props} rows={2} className="area grows" onChange={(event) => set(event.target.value)} /></Field>;
  const mode = kind.type === "text" ? ({ email: "email", url: "url", phone: "tel", plain: "text" } as const)[kind.format] : kind.type === "integer" ? "numeric" : "decimal";
  return <Field label={label} error={wrong} hint={kind.type === "money" && !hint ? "In the case's own currency." : count}><input {...props} inputMode={mode} className={kind.type === "text" ? "" : "num"} onChange={(event) => set(event.target.value)} /></Field>;
}

function OneOf({ label, value, onChange, error, hint, none, first, values, edit }: Props & { values: Allowed[] }) {
  const [words, setWords] = useState("");
  const known = value === null || value === undefined || values.some((one) => one.value === value);
  const gone = known ? undefined : `${shownValue(edit.mapping.kind, value)} is no longer allowed. Choose another.`;
  if (values.length > MANY) {
    const fits = values.filter((one) => one.label.toLowerCase().includes(words.trim().toLowerCase()));
    return <Combo label={label} shown={typedOf(value) === "" ? "" : shownValue(known ? edit.kind : edit.mapping.kind, value)} placeholder={none ?? "Choose…"} options={fits} error={error ?? gone} hint={hint} onQuery={setWords} onPick={(one) => onChange(one?.value ?? null)} first={first} />;
  }
  return (
    <Field label={label} error={error ?? gone} hint={hint}>
      <select {...(first ? { "data-first": true } : {})} value={typedOf(value)} onChange={(event) => onChange(event.target.value === "" ? null : event.target.value)}>
        <option value="">{none ?? "Choose…"}</option>
        {!known && <option value={typedOf(value)}>{shownValue(edit.mapping.kind, value)} (gone)</option>}
        {values.map((one) => <option key={one.value} value={one.value}>{one.label}</option>)}
      </select>
    </Field>
  );
}

/** A row of an object that has too many to list. */
function SearchedRow({ edit, label, value, onChange, error, hint, none, first }: Props) {
  const [words, setWords] = useState("");
  const [picked, setPicked] = useState<Allowed | null>(null);
  const { rows, settled } = useLookup(edit.connection, edit.mapping.column, words, edit.admin);
  const id = typedOf(value);
  const shown = picked?.value === id ? picked.label : (rows.data?.find((one) => one.value === id)?.label ?? id);
  return (
    <Combo
      label={label} shown={shown} placeholder={none ?? "Search…"} options={rows.data ?? []} settled={settled} error={error} hint={rows.isError ? `${edit.connection} shows no rows: ${rows.error.message}` : hint} onQuery={setWords} first={first}
      onPick={(one) => { setPicked(one); onChange(one?.value ?? null); }}
    />
  );
}
