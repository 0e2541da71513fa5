import { useState } from "react";
import { useAnalyst } from "../../../data/mappings";
import type { DryRun, Mapping } from "../../../generated";
import { Button } from "../../../shared/Button";
import { channelIcon, Icon } from "../../../shared/Icon";
import { said as words } from "../../../shared/sentence";
import { Bars, EmptyState, Loading, Support } from "../../../shared/States";
import { PaneTabs, type Pane } from "../PaneTabs";
import { ManyTable } from "./ManyTable";
import { ResultList } from "./ResultList";
import { SessionPicker } from "./SessionPicker";
import { Transcript } from "./Transcript";
import type { DryRunState } from "./useDryRun";

type Props = { admin: boolean; dry: DryRunState; mappings: Mapping[]; chosen: string; onChoose: (mapping: string) => void; onRun: () => void; onTab: (pane: Pane) => void; onAnalyst: () => void };

/** What the mappings would write, and the sentences it was taken from. */
export function DryRunPane({ admin, dry, mappings, chosen, onChoose, onRun, onTab, onAnalyst }: Props) {
  const [picking, setPicking] = useState(false);
  const { picked, runs, busy, read } = dry;
  const short = read.now > 0 && read.now < read.of && !dry.outdated;
  const one = picked[0];
  const run = runs[dry.shown];
  const said = run ? about(run, mappings, chosen) : "";
  return (
    <section className="pane map-dry" aria-label="Dry run" data-region>
      <div className="bar">
        <h2 className="h2">Dry run</h2>
        <span className="f12 t3 nowrap writes">writes nothing</span>
        <span className="end flex tight">
          {admin && <><button type="button" className="chip pick" onClick={() => setPicking(true)} disabled={dry.none} aria-haspopup="dialog" aria-label={picked.length > 1 ? `${picked.length} conversations. Choose others` : `Conversations: ${one?.name ?? "Choose…"}. Choose others`}>
            {picked.length > 1 ? <><Icon name="chat" small />{picked.length} conversations</> : one ? <><Icon name={channelIcon(one.channel)} small /><bdi className="ell">{one.name}</bdi></> : "Choose…"}<Icon name="down" small />
          </button>
          <Button icon="play" keys="Ctrl ↵" onClick={onRun} disabled={busy || picked.length === 0 || mappings.length === 0}>{busy ? "Running" : "Run"}</Button></>}
          <PaneTabs pane="dry" onPane={onTab} />
        </span>
      </div>
      {dry.error && !busy && (
        <div className="note act stale" role="alert"><Icon name="warn" /><div className="grow"><span className="m">The dry run did not come through.</span> <span className="t2">{words(dry.error)} Nothing was written.</span><Support error={dry.error} /></div><Button onClick={dry.goOn}>{short ? "Go on" : "Try again"}</Button></div>
      )}
      {busy && read.of > 1 && (
        <div className="note acc stale" role="status">
          <Icon name="clock" />
          <div className="grow"><span className="num">{read.now} of {read.of} conversations are read.</span> <span className="t2">Each stands here as soon as it is.</span></div>
          <progress className="meter read" max={read.of} value={read.now} aria-hidden="true" />
          <Button onClick={dry.stop}>Stop</Button>
        </div>
      )}
      {short && !busy && !dry.error && <div className="note time stale" role="status"><Icon name="clock" /><div className="grow">Stopped: {read.now} of {read.of} conversations were read.</div><Button onClick={dry.goOn}>Go on</Button></div>}
      {dry.outdated && !busy && runs.length > 0 && <div className="note time stale" role="status"><Icon name="clock" /><div className="grow">The mappings were changed since this run.</div><Button keys="Ctrl ↵" onClick={onRun}>Run again</Button></div>}
      {busy && runs.length === 0 ? <Loading what="the conversation"><Bars rows={6} height={50} /></Loading> : !admin ? <EmptyState as="h3" title="Admins try mappings here" glyph="none">A dry run reads a conversation and shows what would be written, and why. Ask an admin for one.</EmptyState> : !run ? <Before dry={dry} mapped={mappings.length > 0} onRun={onRun} onAnalyst={onAnalyst} /> : (
        <div className={busy && read.now === 0 ? "dry-in busy" : "dry-in"} aria-busy={busy}>
          {dry.names.length > 1
            ? <ManyTable dry={dry} mappings={mappings} chosen={chosen} onChoose={onChoose} />
            : <ResultList run={run} mappings={mappings} chosen={chosen} onChoose={onChoose} />}
          <div className="trans-head f12 t3">
            <h3 className="b t2">Transcript</h3>
            <span className="ell">{dry.names.length > 1 && <bdi>{dry.names[dry.shown]?.name}</bdi>}{dry.names.length > 1 && said !== "" && ", "}{said}</span>
            <button type="button" className="linkish end nowrap num plain" onClick={onAnalyst} data-tip="Who reads the conversations">{cost(run)}</button>
          </div>
          <Transcript key={run.session} run={run} name={dry.names[dry.shown]?.name} chosen={chosen} onChoose={onChoose} />
        </div>
      )}
      {picking && <SessionPicker picked={picked} onClose={() => setPicking(false)} onPick={(of) => { setPicking(false); dry.pick(of); }} />}
    </section>
  );
}

function Before({ dry, mapped, onRun, onAnalyst }: { dry: DryRunState; mapped: boolean; onRun: () => void; onAnalyst: () => void }) {
  const analyst = useAnalyst().data;
  const reader = analyst && <span className="block f12 read-by">Read by {analyst.kind === "built_in" ? "Casebridge itself, on this computer" : <bdi>{analyst.model}</bdi>}. <button type="button" className="linkish" onClick={onAnalyst}>Change</button></span>;
  if (dry.none) return <EmptyState as="h3" title="There is no conversation to try it on yet" glyph="none">As soon as one has arrived, the mappings can be tried on it. {reader}</EmptyState>;
  if (!mapped) return <EmptyState as="h3" title="Nothing to try yet" glyph="none">Add a column first. What it would be filled with then stands here, with the words it was taken from.</EmptyState>;
  return (
    <EmptyState as="h3" title="See what would be written" glyph="none" action={<Button kind="primary" icon="play" keys="Ctrl ↵" onClick={onRun} disabled={dry.picked.length === 0 || dry.busy}>Run</Button>}>
      On a past conversation, with the mappings as they stand here. Nothing is written, here or in the CRM.
      {reader}
    </EmptyState>
  );
}

function about(run: DryRun, mappings: Mapping[], chosen: string): string {
  const value = run.values.find((one) => one.mapping === chosen);
  const title = mappings.find((one) => one.id === chosen)?.title;
  if (!value || !title) return "";
  return value.evidence.length > 0 ? `evidence for ${title}` : value.confidence === null ? `${title} is not taken from it` : `nothing in it for ${title}`;
}

/** Who read it and what that cost: 1 call, 1,204 tokens, 0.9 s. */
export function cost({ by, model, cost: { calls, tokens_in, tokens_out, took_ms } }: DryRun): string {
  if (by === null) return "Nobody had to read it";
  const who = by === "built_in" ? "Built in" : (model ?? "Language model");
  const took = took_ms < 100 ? "under 0.1 s" : `${(took_ms / 1000).toFixed(1)} s`;
  if (tokens_in + tokens_out === 0) return `${who}, ${took}`;
  return `${who}, ${calls} ${calls === 1 ? "call" : "calls"}, ${(tokens_in + tokens_out).toLocaleString("en")} tokens, ${took}`;
}
