import { Link } from "@tanstack/react-router";
import type { RefusedField } from "../../generated";
import { Icon } from "../../shared/Icon";
import { sentence } from "../../shared/sentence";
import { Time } from "../../shared/Time";

/** What a search in the deliveries finds a refused field by. */
export const wordsOf = (one: RefusedField) => `${one.title} ${one.column} ${one.connection} ${one.words} ${one.last.contact_name ?? ""} ${one.last.case_number ?? ""}`.toLowerCase();

/** Columns that a CRM refuses. The cases are made all the same; what is left out of them waits here for a person. */
export function RefusedFields({ fields }: { fields: RefusedField[] }) {
  if (fields.length === 0) return null;
  return (
    <section aria-label="Fields that the CRM refused">
      <h2 className="shead"><b>Fields that the CRM refused</b> left out of the cases until a person acts <span className="end num">{fields.length}</span></h2>
      {fields.map((one) => <Refused key={`${one.connection} ${one.mapping}`} one={one} />)}
    </section>
  );
}

function Refused({ one }: { one: RefusedField }) {
  const { last } = one;
  const who = last.contact_name ?? last.session;
  const many = `${one.bounded ? "at least " : ""}${one.conversations} ${one.conversations === 1 ? "conversation" : "conversations"}`;
  return (
    <section className="grp" aria-label={`${one.title} in ${one.connection}`}>
      <header>
        <span className="c-act"><Icon name="mapping" label="Refused" /></span>
        <h3 className="flex"><bdi className="b any">{one.title}</bdi> <code className="t3 plain any">{one.column}</code> {one.values > 0 && <span className="chip num plain">{one.values} of its values</span>} <span className="chip num plain">left out of {many}</span></h3>
        <Link className="btn s" to="/mappings" search={{ c: one.connection, m: one.column }}>Open mapping</Link>
        <span />
        <p className="t2 f12 said">{one.connection}, since <Time at={one.since} as="list" />: <code>{one.words}</code>. {sentence(one.hint)}</p>
      </header>
      <div className="lane-row">
        <Link to="/trace" search={{ s: last.session }} className="lane">
          <span className="c-act"><Icon name="minus" small /></span>
          <span className="m ell who" dir="auto">{who}</span>
          <span className="t2 ell">{one.conversations === 1 ? "the case is made without it" : "the last case that was made without it"}</span>
          <span className="t3 num ell" dir="ltr">{last.case_number ?? "no case yet"}</span>
          <span className="t2 num end nowrap"><Time at={last.at} as="list" quiet /></span>
        </Link>
      </div>
    </section>
  );
}
