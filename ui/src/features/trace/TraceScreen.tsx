import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useState, type FormEvent } from "react";
import { useConnections, useFind, useTrace } from "../../data/engine";
import { useSession } from "../../data/sessions";
import { Button } from "../../shared/Button";
import { CrmMark } from "../../shared/CrmMark";
import { Icon } from "../../shared/Icon";
import { prefs, usePrefs } from "../../shared/prefs";
import { useShortcuts } from "../../shared/shortcuts";
import { useNow } from "../../shared/clock";
import { Span, StatusWord } from "../../shared/Span";
import { Bars, EmptyState, ErrorPane, Loading, StaleNote } from "../../shared/States";
import { copyText } from "../../shared/insecure";
import { Answers } from "./Answers";
import { StepDetail } from "./StepDetail";
import { nextDue, outagesOf, outageWords, rowsOf } from "./outages";
import { asText, toSteps, type Kind, type Step } from "./steps";
import { Timeline } from "./Timeline";

const FILTERS: [Kind | "all" | "problems", string][] = [["all", "All"], ["problems", "Problems"], ["messages", "Messages"], ["ai", "AI"], ["plans", "Plans"], ["calls", "CRM calls"], ["webhooks", "Webhooks"], ["pulls", "Pulls"], ["replies", "Replies"]];
const fits = (filter: (typeof FILTERS)[number][0]) => (step: Step) => filter === "all" || (filter === "problems" ? step.problem : step.kind === filter);

export function TraceScreen() {
  const { s: session = "" } = useSearch({ strict: false }) as { s?: string };
  // What is chosen, filtered and folded belongs to one conversation.
  return <Trace key={session} session={session} />;
}

function Trace({ session }: { session: string }) {
  const trace = useTrace(session);
  const { utc } = usePrefs();
  const [filter, setFilter] = useState<(typeof FILTERS)[number][0]>("all");
  const [chosen, setChosen] = useState<number | null>(null);
  const [detail, setDetail] = useState(false);
  const steps = useMemo(() => (trace.data ? toSteps(trace.data) : []), [trace.data]);
  const shown = steps.filter(fits(filter));
  const now = useNow(1_000);
  const pollers = useConnections().data;
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set());
  const outages = useMemo(() => outagesOf(steps), [steps]);
  const rows = rowsOf(shown, filter === "all" || filter === "problems" ? outages : [], folded);
  const fold = (outage: number, open: boolean) => setFolded((before) => {
    const after = new Set(before);
    if (open) after.delete(outage);
    else after.add(outage);
    return after;
  });
  const at = chosen ?? steps.findLast((step) => step.entry.what === "park")?.id ?? steps.at(-1)?.id ?? 0;
  // An outage is told by the first of its steps.
  const step = steps[at < 0 ? (outages.find((one) => one.id === at)?.from ?? 0) : at];

  const select = (id: number) => {
    if (id >= 0 && !shown.some((one) => one.id === id)) setFilter("all");
    // A step that is asked for from elsewhere must not be hidden in a folded outage.
    for (const outage of outages) if (outage.own.has(id)) fold(outage.id, true);
    setChosen(id);
  };
  const copy = () => {
    if (!trace.data) return false;
    void copyText(asText(trace.data, steps, outages.map((one) => `${steps[one.from]?.at ?? ""}  ${outageWords(one)} ${one.tries.length} tries.`)), "The trace is copied as text");
    return true;
  };
  useShortcuts({
    u: () => prefs.set({ utc: !prefs.get().utc }),
    c: copy,
    p: () => {
      const problem = steps.find((one) => one.problem && one.id > (step?.id ?? -1)) ?? steps.find((one) => one.problem);
      if (problem) select(problem.id);
    },
    Escape: () => (detail ? setDetail(false) : false),
  });

  return (
    <div className={detail ? "trace detail" : "trace"}>
      <FindBar key={session} session={session} live={!trace.isError} onCopy={trace.data ? copy : undefined} />
      {session === "" ? (
        <EmptyState title="Find a conversation to follow it" glyph="synced">Paste a session id, a case number, an e-mail address or a case's address. You then see every step between the conversation and its case.</EmptyState>
      ) : trace.isPending ? (
        <Loading what="the trace"><Bars rows={1} height={74} /><Bars rows={14} height={31} /></Loading>
      ) : !trace.data ? (
        <ErrorPane error={trace.error} what="The trace could not be read" onRetry={() => void trace.refetch()} />
      ) : (
        <>
          <div>
            {trace.isError && <StaleNote what="Trace" since={trace.dataUpdatedAt} error={trace.error} onRetry={() => void trace.refetch()} />}
            <Answers view={trace.data} steps={steps} onSelect={select} />
          </div>
          <div className="tbody">
            <section className="pane" aria-label="Timeline" data-region>
              <div className="filters" role="group" aria-label="Filter">
                {FILTERS.map(([id, name]) => {
                  const count = steps.filter(fits(id)).length;
                  return count > 0 || id === filter ? (
                    <button key={id} type="button" className={filter === id ? "chip on" : "chip"} aria-pressed={filter === id} onClick={() => setFilter(id)}>
                      {name} <span className="num">{count}</span>
                    </button>
                  ) : null;
                })}
                <button type="button" className="end f12 t3 zone" onClick={() => prefs.set({ utc: !utc })} aria-keyshortcuts="U">
                  Times in {utc ? "UTC" : "local time"} <kbd className="kbd" data-key="U" aria-hidden="true" />
                </button>
              </div>
              <Timeline rows={rows} next={nextDue(trace.data, now, pollers)} chosen={at} utc={utc} onSelect={select} onOpen={() => setDetail(true)} onFold={fold} />
            </section>
            {step && <StepDetail step={step} number={step.id + 1} of={steps.length} utc={utc} session={session} view={trace.data} onMove={(by) => select(Math.max(0, Math.min(steps.length - 1, step.id + by)))} onBack={() => setDetail(false)} />}
          </div>
        </>
      )}
    </div>
  );
}

function FindBar({ session, live, onCopy }: { session: string; live: boolean; onCopy: (() => void) | undefined }) {
  const navigate = useNavigate();
  const find = useFind();
  const row = useSession(session).data?.row;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get("text") ?? "").trim();
    if (text) find.mutate(text, { onSuccess: (found) => void navigate({ to: "/trace", search: { s: found.session } }) });
  };
  return (
    <header className="bar findbar" data-region>
      <h1 className="vh">Trace</h1>
      <form className="search q field find" onSubmit={submit} role="search">
        <Icon name="search" />
        <input key={row?.id} name="text" data-search type="search" defaultValue={row?.case?.number ?? row?.external_id ?? session} aria-label="Session id, case number, e-mail or case URL" placeholder="Session id, case number, e-mail or case URL" autoFocus={session === ""} aria-describedby={find.isError ? "not-found" : undefined} />
        <kbd className="kbd" data-key="/" aria-hidden="true" />
      </form>
      {find.isError && <span id="not-found" className="f12 c-act" role="alert">{find.error.message}</span>}
      {row && !find.isError && (
        <span className="flex pair">
          <Link to="/inbox/$view" params={{ view: "all" }} search={{ s: row.id }} className="chip">Session <span className="mono" dir="ltr">{row.external_id}</span></Link>
          {row.case ? <Span kind={row.case.state === "gone" ? "gone" : "synced"} label="is linked with" /> : <StatusWord sync={row.sync} chip={null} />}
          {row.case && (row.case.url
            ? <a href={row.case.url} target="_blank" rel="noopener noreferrer" className="chip"><CrmMark name={row.case.connection_name} />{row.case.number} <Icon name="out" small label="opens in the CRM" /></a>
            : <span className="chip"><CrmMark name={row.case.connection_name} />{row.case.number}</span>)}
          <bdi className="t2 ell hide-narrow">{row.contact_name}</bdi>
        </span>
      )}
      {onCopy && (
        <span className="end flex">
          <span className="flex f12 t2 tight nowrap">{live ? <><span className="dotl" />Live</> : <span className="c-time">Not live</span>}</span>
          <Button icon="copy" keys="C" onClick={onCopy}>Copy as text</Button>
        </span>
      )}
    </header>
  );
}
