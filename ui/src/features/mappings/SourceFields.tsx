import { useRef } from "react";
import { Field } from "../../shared/Field";
import type { Edit } from "./Editor";
import type { DryRunState } from "./dry/useDryRun";
import { TemplatePreview } from "./TemplatePreview";
import { ValueField } from "./ValueField";
import { CONTACT, SESSION } from "./words";

const OWN = "\u0000own";
/** Places that a template may name. */
const PLACES = ["session.topic", "session.summary", "session.channel", "session.language", "session.external_id", "contact.name", "contact.email", "contact.phone", "contact.external_id"];

/** What fills a column when it is not the AI. */
export function SourceFields({ edit, dry }: { edit: Edit; dry: DryRunState }) {
  const { mapping, change, problem } = edit;
  const { source } = mapping;
  const wrong = problem("source");
  if (source.from === "static") return <ValueField edit={edit} label="Always this value" value={source.value} error={wrong} first onChange={(value) => change({ source: { from: "static", value } })} />;
  if (source.from === "contact") {
    return (
      <Field label="Which of the contact" error={wrong} hint="Blank while the contact has none.">
        <select data-first value={source.attribute} onChange={(event) => change({ source: { from: "contact", attribute: event.target.value } })}>
          {!(source.attribute in CONTACT) && <option value={source.attribute}>{source.attribute}</option>}
          {Object.entries(CONTACT).map(([id, name]) => <option key={id} value={id}>{name}</option>)}
        </select>
      </Field>
    );
  }
  if (source.from === "session") return <SessionAttribute edit={edit} attribute={source.attribute} wrong={wrong} />;
  if (source.from === "template") return <Template edit={edit} text={source.text} wrong={wrong} dry={dry} />;
  return null;
}

function SessionAttribute({ edit, attribute, wrong }: { edit: Edit; attribute: string; wrong: string | undefined }) {
  const set = (name: string) => edit.change({ source: { from: "session", attribute: name } });
  const own = !(attribute in SESSION);
  return (
    <>
      <Field label="Which of the conversation" error={own ? undefined : wrong} hint={own ? undefined : "Blank while the conversation has none."}>
        <select data-first value={own ? OWN : attribute} onChange={(event) => set(event.target.value === OWN ? "" : event.target.value)}>
          {Object.entries(SESSION).map(([id, name]) => <option key={id} value={id}>{name}</option>)}
          <option value={OWN}>A value that the source gives…</option>
        </select>
      </Field>
      {own && (
        <Field label="Its name there" error={wrong} hint="As the source calls it when it sends values, letter for letter.">
          <input value={attribute} className="mono" dir="ltr" spellCheck={false} autoComplete="off" onChange={(event) => set(event.target.value)} />
        </Field>
      )}
    </>
  );
}

function Template({ edit, text, wrong, dry }: { edit: Edit; text: string; wrong: string | undefined; dry: DryRunState }) {
  const box = useRef<HTMLTextAreaElement>(null);
  const set = (now: string) => edit.change({ source: { from: "template", text: now } });
  const insert = (place: string) => {
    const [from, to] = [box.current?.selectionStart ?? text.length, box.current?.selectionEnd ?? text.length];
    set(`${text.slice(0, from)}{${place}}${text.slice(to)}`);
    requestAnimationFrame(() => {
      box.current?.focus();
      box.current?.setSelectionRange(from + place.length + 2, from + place.length + 2);
    });
  };
  return (
    <>
      <Field label="Text with places in it" error={wrong} hint="A place that has no value stays empty.">
        <textarea ref={box} data-first rows={3} dir="auto" className="area grows" value={text} placeholder="Topic: {session.topic}" onChange={(event) => set(event.target.value)} />
      </Field>
      <div className="tags" role="group" aria-label="Put a place in">
        {PLACES.map((place) => <button key={place} type="button" className="chip mono" onClick={() => insert(place)}>{place}</button>)}
        <button type="button" className="chip mono" onClick={() => insert("value.Column")} data-tip="The value that another mapping found, by its column's name">value.…</button>
      </div>
      <TemplatePreview text={text} kind={edit.kind} dry={dry} />
    </>
  );
}
