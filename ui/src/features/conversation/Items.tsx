import { useState } from "react";
import type { AnalysisView, ArrivalView, ReplyView } from "../../generated";
import { channelName, Icon } from "../../shared/Icon";
import { languageName } from "../../shared/languages";
import { useShortcuts } from "../../shared/shortcuts";
import { Span } from "../../shared/Span";
import { Time } from "../../shared/Time";
import { exactTime, span } from "../../shared/time";
import { fileSize, type Item } from "./events";

type Of<T extends Item["type"]> = Extract<Item, { type: T }>;

/** Whether a person's reply arrived, as far as the ledger can prove it: one from the CRM, or one written here. */
function Arrived({ reply, arrival, channel }: { reply: ReplyView | undefined; arrival: ArrivalView | undefined; channel: string }) {
  const state = reply?.state ?? (arrival && (arrival.taken_at ? "taken" : arrival.tries > 1 ? "offered" : "given"));
  switch (state) {
    case undefined: return null;
    case "taken": return <span className="flex tight"><Icon name="check" small />Reached {channelName(channel)}</span>;
    case "held": return <span className="flex tight c-act"><Icon name="hand" small />Held, not sent</span>;
    case "discarded": return <span className="flex tight"><Icon name="close" small />Discarded, not sent</span>;
    case "offered": return <span className="flex tight c-time"><Icon name="clock" small />Offered {reply?.tries ?? arrival?.tries} times, not yet taken</span>;
    default: return <span className="flex tight c-acc"><Icon name="send" small />On its way</span>;
  }
}

/** People's words are plain text: one paragraph a line, each in its own direction. */
export function Plain({ text }: { text: string }) {
  return text.split(/\n+/).filter((line) => line.trim() !== "").map((line, i) => <p key={i} dir="auto">{line}</p>);
}

const LONG = 2_000;
const SHOWN = 1_200;

/** A very long message shows how it begins; the rest is one press away. */
function Long({ text }: { text: string }) {
  const [whole, setWhole] = useState(text.length <= LONG);
  if (whole) return <Plain text={text} />;
  const left = text.length - SHOWN;
  return (
    <>
      <Plain text={`${text.slice(0, SHOWN).trimEnd()}…`} />
      <button type="button" className="btn g s more" onClick={() => setWhole(true)}>Show the other {left.toLocaleString("en")} characters</button>
    </>
  );
}

export function Message({ item, customer, channel, reply, arrival, connection }: { item: Of<"message">; customer: string; channel: string; reply: ReplyView | undefined; arrival: ArrivalView | undefined; connection: string }) {
  const out = item.from !== "customer";
  const look = item.from === "ai" ? "bub ai" : item.from === "agent" ? "bub ag" : "bub";
  return (
    <article className={out ? "mg out" : "mg"} tabIndex={-1} data-msg data-focus-tip={exactTime(item.at)}>
      <div className="who">
        {item.from === "ai" ? (
          <span className="c-ai flex tight"><Icon name="ai" small /><b className="c-ai">AI</b></span>
        ) : (
          <b><bdi>{item.author ?? (out ? "Agent" : customer)}</bdi></b>
        )}
        {item.via === "crm" && <span>{out ? `wrote in ${connection}` : `wrote to ${connection}`}</span>}
        {item.via === "crm_mail" && <span>sent from {connection} itself</span>}
        <Time at={item.at} quiet />
        {out && item.from === "agent" && <Arrived reply={reply} arrival={arrival} channel={channel} />}
        {item.echo && <span data-tip="The channel's echo of a reply: not written to the case again">echo</span>}
      </div>
      {item.text !== "" && <div className={look}><Long text={item.text} /></div>}
      {item.files.map((file, i) => (
        <span key={i} className="att">
          <Icon name="file" small />
          <bdi className="ell">{file.name}</bdi>
          {file.size !== null && <span className="t3 num">{fileSize(file.size)}</span>}
        </span>
      ))}
      {reply?.state === "held" && reply.reason && <span className="f12 c-act">{reply.reason}</span>}
    </article>
  );
}

export function Thought({ item }: { item: Of<"thought"> }) {
  const [open, setOpen] = useState(false);
  useShortcuts({ x: () => { setOpen((is) => !is); return false; } });
  const took = Date.parse(item.until) - Date.parse(item.at);
  const tools = item.tools.length;
  const title = [item.texts.length && "Reasoning", tools && `${tools} tool ${tools === 1 ? "call" : "calls"}`].filter(Boolean).join(" and ");
  return (
    <div className="think">
      <button type="button" className="hd" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="thought" small />
        {title}
        <span className="t3 num end">{took >= 1000 ? span(took) : ""}</span>
        <span className={open ? "" : "folded"}><Icon name="down" small /></span>
      </button>
      {open && (
        <div className="bd">
          {item.texts.map((text, i) => <Plain key={i} text={text} />)}
          {item.tools.map((tool) => (
            <details key={tool.seq} className="tool-call">
              <summary className="tool">
                <Icon name="tool" small />
                <code className="ell" dir="ltr">{tool.call}</code>
                <span className={tool.refused ? "c-act ell" : "t3 num ell"}>{tool.outcome}</span>
              </summary>
              <dl>
                <dt>Arguments</dt><dd><pre className="code" tabIndex={0} role="region" aria-label="Arguments">{tool.given || "None."}</pre></dd>
                <dt>Result</dt><dd><pre className="code" tabIndex={0} role="region" aria-label="Result">{tool.got || "None yet."}</pre></dd>
              </dl>
            </details>
          ))}
        </div>
      )}
    </div>
  );
}

/** What was handed off, in the source's words; and what the analyst read in it, which is the AI's and says so. */
export function Handoff({ item, analysis }: { item: Of<"handoff">; analysis: AnalysisView | null }) {
  const facts = [["Language", languageName(item.language)], ["Sentiment", item.sentiment]] as const;
  const told = item.summary !== null || facts.some(([, value]) => value);
  return (
    <div className="ho" role="group" aria-label="Handoff" tabIndex={-1} data-msg>
      <div className="hd">
        <Icon name="hand" />
        <span className="b nowrap">Handed off to a person</span>
        {item.reason && <bdi className="t3 ell">{item.reason}</bdi>}
        <span className="t3 end num f12"><Time at={item.at} as="seconds" quiet /></span>
      </div>
      {told && (
        <div className="bd">
          {item.summary && <div className="f14 read"><Plain text={item.summary} /></div>}
          <Facts facts={facts} />
        </div>
      )}
      {analysis && <Read key={analysis.handoff} analysis={analysis} open={item.summary === null} />}
    </div>
  );
}

function Facts({ facts }: { facts: readonly (readonly [string, string | null])[] }) {
  const known = facts.filter(([, value]) => value);
  return known.length > 0 && <dl>{known.map(([name, value]) => <div key={name}><dt>{name}</dt><dd><bdi className="cap">{value}</bdi></dd></div>)}</dl>;
}

/** Folded where the source has told the matter itself. */
function Read({ analysis, open: first }: { analysis: AnalysisView; open: boolean }) {
  const [open, setOpen] = useState(first);
  const facts = [["Language", languageName(analysis.language)], ["Sentiment", analysis.sentiment], ["Topic", analysis.topic]] as const;
  const by = analysis.by === "provider" ? (analysis.model ?? "a language model") : "built-in analyst";
  return (
    <div className="reading">
      <button type="button" className="hd" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="ai" small />
        Summary{" "}
        <span className="t3 plain ell end">by <bdi>{by}</bdi></span>
        <span className={open ? "" : "folded"}><Icon name="down" small /></span>
      </button>
      {open && (
        <div className="bd">
          {analysis.summary && <div className="f14 read"><Plain text={analysis.summary} /></div>}
          <Facts facts={facts} />
        </div>
      )}
    </div>
  );
}

export function Separator({ children, quiet }: { children: React.ReactNode; quiet?: boolean }) {
  return <div className={quiet ? "sep quiet" : "sep"}><span dir="auto">{children}</span></div>;
}

export function CaseNote({ item }: { item: Of<"note"> }) {
  return (
    <div className="sep quiet">
      <span className="flex tight" dir="auto"><Span kind="synced" />{item.text}, <Time at={item.at} quiet /></span>
    </div>
  );
}
