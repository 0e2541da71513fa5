import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useConnections, useRetry } from "../../data/engine";
import { useEvents, useSession } from "../../data/sessions";
import type { CaseChip, SessionDetail } from "../../generated";
import { Button, IconButton } from "../../shared/Button";
import { CrmMark } from "../../shared/CrmMark";
import { initials } from "../../shared/Holder";
import { Icon } from "../../shared/Icon";
import { Keys } from "../../shared/Kbd";
import { languageName } from "../../shared/languages";
import { useShortcuts } from "../../shared/shortcuts";
import { StatusWord } from "../../shared/Span";
import { Bars, Loading } from "../../shared/States";
import { Time } from "../../shared/Time";
import { LinkSheet } from "../links/LinkSheet";
import { fieldValues } from "./events";
import { Suggestions } from "./Suggestions";

export function Details({ session, onClose }: { session: string; onClose: () => void }) {
  const { data: detail, isPending } = useSession(session);
  return (
    <aside className="pane aside scroll" aria-label="Details" data-region tabIndex={-1}>
      <div className="only-narrow sheet-close"><IconButton icon="close" label="Close details" keys="]" onClick={onClose} /></div>
      {isPending && <Loading what="the details"><Bars rows={4} height={90} /></Loading>}
      {detail && (
        <>
          <Contact detail={detail} />
          <Case detail={detail} session={session} />
          <Suggestions session={session} suggestions={detail.suggestions} />
          <Filled session={session} />
          <Answers detail={detail} session={session} />
        </>
      )}
    </aside>
  );
}

function Verified({ yes }: { yes: boolean }) {
  return yes ? <span className="c-ok inline" data-tip="The source proved that this is theirs"><Icon name="check" small label="verified" /></span> : <span className="t3 f12">not verified</span>;
}

function Contact({ detail }: { detail: SessionDetail }) {
  const { contact, row } = detail;
  const name = contact.name ?? row.contact_address ?? row.external_id;
  const language = languageName(detail.language ?? detail.analysis?.language ?? null);
  const sentiment = detail.sentiment ?? detail.analysis?.sentiment;
  const facts = [["Phone", contact.phone], ["Email", contact.email], ["Customer id", contact.external_id]] as const;
  return (
    <section className="sect" aria-label="Contact">
      <div className="flex top">
        <span className="av big-av" aria-hidden="true">{initials(name)}</span>
        <div className="grow">
          <h2 className="b name"><bdi>{name}</bdi></h2>
          <div className="f12 t3">Started <Time at={detail.created_at} as="ago" /></div>
        </div>
      </div>
      <dl className="kv">
        {facts.map(([label, fact]) => fact && (
          <div key={label}>
            <dt className="t3">{label}</dt>
            <dd className="flex tight"><bdi className="num any">{fact.value}</bdi><Verified yes={fact.verified} /></dd>
          </div>
        ))}
        {language && <div><dt className="t3">Language</dt><dd>{language}</dd></div>}
        {sentiment && <div><dt className="t3">Sentiment</dt><dd className="cap">{sentiment}</dd></div>}
      </dl>
    </section>
  );
}

const STATES: Record<CaseChip["state"], string> = {
  reserved: "Being made", open: "Open", closed: "Closed", gone: "Deleted in the CRM", merged: "Merged into another", unreadable: "Cannot be read by our user", unlinked: "Taken off by a person",
};

function Case({ detail, session }: { detail: SessionDetail; session: string }) {
  const retry = useRetry();
  const { row } = detail;
  const cases = detail.cases.length ? detail.cases : row.case ? [row.case] : [];
  const url = row.case?.url;
  const connections = useConnections().data ?? [];
  const [deciding, setDeciding] = useState<string | null>(null);
  // Of each connection the newest comes first.
  const newest = (connection: string) => cases.find((one) => one.connection_name === connection);
  const without = connections.filter((one) => !newest(one.name));
  const first = cases[0]?.connection_name ?? connections[0]?.name;
  useShortcuts({ l: () => (first ? setDeciding(first) : false) });
  return (
    <section className="sect" aria-label="Case">
      <h3>
        Case
        <span className="end flex tight">
          {cases[0] && <Button kind="ghost" keys="L" onClick={() => setDeciding(first ?? null)}>Change…</Button>}
          {url && <a className="btn g s" href={url} target="_blank" rel="noopener noreferrer" aria-keyshortcuts="O"><Icon name="out" />Open<Keys keys="O" /></a>}
        </span>
      </h3>
      {deciding && <LinkSheet link={{ session, name: row.contact_name ?? row.external_id, connection: deciding, state: newest(deciding)?.state ?? null, merged_into: newest(deciding)?.merged_into ?? null }} onClose={() => setDeciding(null)} />}
      {cases.length === 0 && <StatusWord sync={row.sync} chip={null} />}
      {cases.map((one) => (
        <div key={`${one.connection} ${one.period}`} className="case">
          <div className="flex">
            <CrmMark name={one.connection_name} />
            <span className="b num" dir="ltr">{one.number ?? "no number yet"}</span>
            {one.crm_id === row.case?.crm_id && <span className="end"><StatusWord sync={row.sync} chip={one} always /></span>}
          </div>
          <dl className="kv">
            <div><dt className="t3">State</dt><dd>{STATES[one.state]}</dd></div>
            {one.period > 1 && <div><dt className="t3">Period</dt><dd className="num">{one.period}</dd></div>}
            {row.sync.at && <div><dt className="t3">{Date.parse(row.sync.at) > Date.now() ? "Next try" : "Since"}</dt><dd><Time at={row.sync.at} as="seconds" /></dd></div>}
          </dl>
        </div>
      ))}
      {without.map((one) => (
        <Button key={one.id} icon="plus" onClick={() => setDeciding(one.name)} {...(cases.length === 0 && one.name === first ? { keys: "L" } : {})}>Make a case in {one.name}…</Button>
      ))}
      {row.sync.state === "parked" && row.sync.detail && (
        <div className="note act tight-note">
          <Icon name="parked" />
          <div className="grow">
            <div className="m">{row.sync.detail}</div>
            <div className="f12 t2">It moves only after a person acts. What is written stays; nothing is written twice.</div>
            <div className="flex note-acts">
              <Link className="btn s" to="/trace" search={{ s: session }}>How to fix</Link>
              <Button icon="retry" disabled={retry.isPending} onClick={() => retry.mutate({ session })}>Retry</Button>
            </div>
            {retry.error && <div className="f12 c-act" role="alert">{retry.error.message}</div>}
          </div>
        </div>
      )}
    </section>
  );
}

function Filled({ session }: { session: string }) {
  const events = useEvents(session).data?.pages.flatMap((page) => page.events).sort((a, b) => a.seq - b.seq) ?? [];
  const values = fieldValues(events);
  if (values.length === 0) return null;
  const filled = values.filter(([, value]) => value !== null).length;
  return (
    <section className="sect" aria-label="Field values">
      <h3>Filled by AI <span className="t3 num plain">{filled} of {values.length}</span><Link to="/mappings" search={{ s: session }} className="end plain" data-tip="A dry run of the field mappings on this conversation: writes nothing">Where from?</Link></h3>
      <dl>
        {values.map(([name, value]) => (
          <div key={name} className="fv flex">
            <dt className="t3 f12">{name}</dt>
            <dd className="end m any">{value === null ? <span className="flex tight c-act"><Icon name="minus" small />Blank</span> : <bdi>{value}</bdi>}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Answers({ detail, session }: { detail: SessionDetail; session: string }) {
  return (
    <section className="sect last" aria-label="Answers">
      {detail.explanation.map(({ connection, answers }) => (
        <div key={connection} className="answers">
          <h3>{detail.explanation.length > 1 ? connection : "What became of it"}</h3>
          <ul>
            {answers.map((answer) => (
              <li key={answer.question}>
                <span className={answer.good ? "c-ok" : "c-act"}><Icon name={answer.good ? "check" : "warn"} small label={answer.good ? "fine" : "needs a look"} /></span>
                <span className="grow"><span className="f12 t3">{answer.question}</span><span className="block" dir="auto">{answer.sentence}</span>{answer.action && !answer.good && <span className="block f12 t2">{answer.action}</span>}</span>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <Link to="/trace" search={{ s: session }} className="flex"><Icon name="trace" small />Every step in the trace<span className="end"><Keys keys="G T" /></span></Link>
    </section>
  );
}
