import { Link } from "@tanstack/react-router";
import { Fragment, useState } from "react";
import { useDeliveries, useRefusedFields } from "../../data/engine";
import type { ConnectionHealth, Deliveries, LaneGroup, LaneView } from "../../generated";
import { Button, IconButton } from "../../shared/Button";
import { Icon } from "../../shared/Icon";
import { SearchField } from "../../shared/SearchField";
import { asCallError } from "../../host";
import { sentence } from "../../shared/sentence";
import { useShortcuts } from "../../shared/shortcuts";
import { Span, SPAN_WORDS } from "../../shared/Span";
import { Bars, EmptyState, ErrorPane, Loading, StaleNote } from "../../shared/States";
import { Time } from "../../shared/Time";
import { hhmm, inTime } from "../../shared/time";
import { useNow } from "../../shared/clock";
import { AnotherEngine } from "../integrations/AnotherEngine";
import { glyphOf, sectionOf, SECTIONS, toneOf, type Section } from "./groups";
import { LaneSheet } from "./LaneSheet";
import { RefusedFields, wordsOf } from "./RefusedFields";
import { RetrySheet } from "./RetrySheet";

/** How many deliveries the engine looks at unasked, and at most. */
const FIRST = 2_000;
const FURTHEST = 20_000;

const words = (group: LaneGroup, lane: LaneView) => `${group.reason} ${group.connection} ${lane.contact_name ?? ""} ${lane.case_number ?? ""} ${lane.session}`.toLowerCase();

export function DeliveriesScreen() {
  const [most, setMost] = useState<number | undefined>(undefined);
  const { data, error, isPending, isError, dataUpdatedAt, refetch } = useDeliveries(most);
  const refused = useRefusedFields();
  const [one, setOne] = useState<LaneView | null>(null);
  const [only, setOnly] = useState<Section | "fields" | "all">("all");
  const [query, setQuery] = useState("");
  const [asked, setAsked] = useState<LaneGroup | null>(null);

  const groups = (data?.groups ?? []).filter((group) => group.count > 0).flatMap((group) => {
    const wanted = query.toLowerCase().trim();
    const lanes = wanted ? group.lanes.filter((lane) => words(group, lane).includes(wanted)) : group.lanes;
    return wanted && lanes.length === 0 && !`${group.reason} ${group.connection}`.toLowerCase().includes(wanted) ? [] : [{ group, lanes }];
  });
  const count = (section: Section) => (data?.groups ?? []).filter((group) => sectionOf(group.state) === section).reduce((sum, group) => sum + group.count, 0);
  const fields = (refused.data ?? []).filter((field) => wordsOf(field).includes(query.toLowerCase().trim()));
  const total = SECTIONS.reduce((sum, [id]) => sum + count(id), 0) + (refused.data?.length ?? 0);
  const shown = groups.filter(({ group }) => only === "all" || sectionOf(group.state) === only).length + (only === "all" || only === "fields" ? fields.length : 0);
  useShortcuts({
    r: () => {
      const first = groups.find(({ group }) => group.state === "parked") ?? groups[0];
      return first ? setAsked(first.group) : false;
    },
  });

  return (
    <div className={asked ? "page dlv-page asked" : "page dlv-page"}>
      <header className="bar" data-region>
        <h1 className="h1">Deliveries</h1>
        <span className="seg" role="group" aria-label="Show">
          <button type="button" aria-pressed={only === "all"} onClick={() => setOnly("all")}>All <span className="num t3">{total}</span></button>
          {SECTIONS.map(([id, name]) => (
            <button key={id} type="button" aria-pressed={only === id} onClick={() => setOnly(id)}>{name} <span className="num t3">{count(id)}</span></button>
          ))}
          {(refused.data?.length ?? 0) > 0 && <button type="button" aria-pressed={only === "fields"} onClick={() => setOnly("fields")}>Fields <span className="num t3">{refused.data?.length}</span></button>}
        </span>
        <span className="end dlv-search"><SearchField value={query} onChange={setQuery} label="Reason, case, person" /></span>
      </header>
      <div>
        {isError && data && <StaleNote what="Deliveries" since={dataUpdatedAt} error={error} onRetry={() => void refetch()} />}
        {refused.isError && (refused.data
          ? <StaleNote what="Fields that the CRM refused" since={refused.dataUpdatedAt} error={refused.error} onRetry={() => void refused.refetch()} />
          : <div className="note time stale" role="status"><Icon name="warn" /><div className="grow"><span className="m">It could not be read which fields the CRM refused.</span> <span className="t2">{sentence(asCallError(refused.error).message)}</span></div><Button onClick={() => void refused.refetch()}>Try now</Button></div>)}
        {data?.bounded && (
          <div className="note banner" role="status">
            <Icon name="info" />
            <div className="grow"><span className="b">More may exist.</span> <span className="t2">The first {(most ?? FIRST).toLocaleString("en")} deliveries were looked at, the ones in trouble first; the counts are of those.</span></div>
            {(most ?? FIRST) < FURTHEST && <Button icon="search" onClick={() => setMost((most ?? FIRST) * 2)}>Look further</Button>}
          </div>
        )}
        {data?.connections.filter((one) => one.paused).map((one) => <Breaker key={one.id} connection={one} />)}
      </div>
      <div className="dlv">
        <div className="scroll lanes" data-region>
          {isPending ? (
            <Loading what="the deliveries"><Bars rows={3} height={66} /><Bars rows={8} height={34} /></Loading>
          ) : !data ? (
            <ErrorPane error={error} what="Deliveries could not be read" safe="They go on without this page." onRetry={() => void refetch()} />
          ) : total === 0 ? (
            <EmptyState title="Nothing is stuck" glyph="synced">Everything said is in its case. What fails or waits stands here, with what clears it.</EmptyState>
          ) : shown === 0 ? (
            <EmptyState title={query ? `Nothing matches “${query}”` : only === "fields" ? "No field is refused" : `Nothing is ${only}`} action={<Button onClick={() => { setQuery(""); setOnly("all"); }}>Clear filter</Button>}>Other deliveries are hidden by the filter.</EmptyState>
          ) : (
            SECTIONS.map(([id, name, means]) => {
              const inside = only === "all" || only === id ? groups.filter(({ group }) => sectionOf(group.state) === id) : [];
              return (
                <Fragment key={id}>
                  {inside.length > 0 && (
                    <section aria-label={name}>
                      <h2 className="shead"><b>{name}</b> {means} <span className="end num">{count(id)}</span></h2>
                      {inside.map(({ group, lanes }) => <Group key={`${group.state} ${group.connection} ${group.reason}`} group={group} lanes={lanes} section={id} onRetry={() => setAsked(group)} onOne={setOne} />)}
                    </section>
                  )}
                  {/* They wait for a person too, and hold nothing back. */}
                  {id === "parked" && (only === "all" || only === "fields") && <RefusedFields fields={fields} />}
                </Fragment>
              );
            })
          )}
        </div>
        {one && <LaneSheet lane={one} onClose={() => setOne(null)} />}
        {asked && data && <RetrySheet key={`${asked.connection} ${asked.reason}`} group={asked} all={data as Deliveries} onClose={() => setAsked(null)} />}
      </div>
    </div>
  );
}

function Breaker({ connection }: { connection: ConnectionHealth }) {
  const { paused } = connection;
  if (!paused) return null;
  if (paused.kind === "another_engine") return <AnotherEngine one={connection} banner />;
  return (
    <div className="note time banner" role="status">
      <span className="c-time"><Span kind="breaker" label="Breaker open" /></span>
      <div className="grow">
        <span className="b">{connection.name} is not being called{paused.until ? ` until ${hhmm(paused.until)}` : ""}.</span>{" "}
        <span className="t2">{paused.failure?.hint ?? paused.failure?.message} {paused.held > 0 ? `${paused.held} conversations wait in order and go out by themselves.` : "Nothing waits."}</span>
      </div>
      <Link className="btn s" to="/integrations/$name" params={{ name: connection.name }}>Try one call now</Link>
    </div>
  );
}

const SHOWN = 4;
const upper = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function Group({ group, lanes, section, onRetry, onOne }: { group: LaneGroup; lanes: LaneView[]; section: Section; onRetry: () => void; onOne: (lane: LaneView) => void }) {
  const [open, setOpen] = useState(false);
  const now = useNow(5_000);
  const people = new Set(group.lanes.map((lane) => lane.session)).size;
  const shown = open ? lanes : lanes.slice(0, SHOWN);
  const tone = toneOf(section);
  const remedy = section === "parked" && group.hint ? group.hint.replace(/\.$/, "") : null;
  return (
    <section className="grp" aria-label={group.reason}>
      <header>
        <span className={tone}><Span kind={glyphOf(group.state)} label={SPAN_WORDS[glyphOf(group.state)]} /></span>
        <h3 className="flex">
          <span className="b any">{upper(remedy ?? group.reason)}</span>
          <span className="chip num">{group.count}{people < group.count && group.lanes.length === group.count ? ` in ${people} conversations` : ""}</span>
        </h3>
        <span className="flex">
          {lanes.length > SHOWN && <Button kind="ghost" aria-expanded={open} onClick={() => setOpen(!open)}><Icon name="down" />{open ? "Show fewer" : `Show ${lanes.length}`}</Button>}
          {group.state !== "paused" && section !== "waiting" && <Button icon="retry" onClick={onRetry}>Retry {group.count}…</Button>}
        </span>
        <span />
        <p className="t2 f12 said">{group.connection}{remedy ? <>: <code>{group.reason}</code></> : group.hint ? `: ${group.hint}` : ""}</p>
      </header>
      {shown.map((lane) => (
        <div key={`${lane.session} ${lane.connection}`} className="lane-row">
        <Link to="/trace" search={{ s: lane.session }} className="lane">
          <span className={tone}><Icon name={section === "parked" ? "parked" : section === "failing" ? "retry" : "clock"} small /></span>
          <span className="m ell who" dir="auto">{lane.contact_name ?? lane.session}</span>
          <span className="t2 ell">{behind(lane)}</span>
          <span className="t3 num ell" dir="ltr">{lane.case_number ?? "no case yet"}</span>
          <span className="t2 num end nowrap">{group.state === "paused" ? "" : lane.due_at && section !== "parked" ? inTime(lane.due_at, now) : lane.due_at ? <Time at={lane.due_at} as="list" quiet /> : ""}</span>
        </Link>
        <IconButton icon="more" label={`Act on ${lane.contact_name ?? lane.session}`} onClick={() => onOne(lane)} />
        </div>
      ))}
      {group.count > group.lanes.length && <p className="lane-more f12 t3">The first {group.lanes.length} of {group.count} are listed.</p>}
    </section>
  );
}

function behind(lane: LaneView): string {
  const left = lane.dirty_seq - lane.written_seq;
  return left <= 0 ? "everything said is written" : left === 1 ? "1 event is not in the case" : `${left} events are not in the case`;
}
