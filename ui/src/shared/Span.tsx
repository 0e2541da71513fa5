import type { CaseChip, SyncState } from "../generated";
import { useNow } from "./clock";
import { inTime } from "./time";

/** The one glyph for the one mechanism: left the session, right the case, between them the way. */
export type SpanKind = "synced" | "syncing" | "waiting" | "retrying" | "breaker" | "parked" | "closed" | "gone" | "none";

const LEFT = <circle cx="4" cy="6" r="2.6" fill="currentColor" stroke="none" />;
const HOLLOW = <circle cx="22" cy="6" r="2.3" />;
const SHAPES: Record<SpanKind, React.ReactNode> = {
  synced: <><path d="M8 6h10" /><circle cx="22" cy="6" r="2.6" fill="currentColor" stroke="none" /></>,
  syncing: <><path className="mv" d="M8 6h9" strokeDasharray="4 4" /><path d="M14.500 3.500 17 6l-2.500 2.500" />{HOLLOW}</>,
  waiting: <><path d="M9 6h.01M13 6h.01M17 6h.01" strokeWidth="2" />{HOLLOW}</>,
  retrying: <><path d="M16.200 6a3.200 3.200 0 1 1-1.100-2.400M16.400 1.800v2.200h-2.200" />{HOLLOW}</>,
  breaker: <><path d="M8 6h1.500l6-4.500M16.500 6H18" />{HOLLOW}</>,
  parked: <><path d="M8 6h2M11.800 2.500v7M15.200 2.500v7" strokeWidth="1.8" />{HOLLOW}</>,
  closed: <><path d="M8 6h10" /><rect x="19.5" y="3.5" width="5" height="5" rx="1" fill="currentColor" stroke="none" /></>,
  gone: <><path d="M8 6h2.500M13.500 6h.01" /><path d="M19.500 3.500l5 5M24.500 3.500l-5 5" /></>,
  none: <circle cx="22" cy="6" r="2.6" strokeWidth="1.3" strokeLinecap="butt" strokeDasharray="2.040 2.040" />,
};

export const SPAN_WORDS: Record<SpanKind, string> = {
  synced: "Synced", syncing: "Syncing", waiting: "Waiting", retrying: "Retrying", breaker: "Breaker open",
  parked: "Parked", closed: "Case closed", gone: "Case deleted in CRM", none: "No case",
};

export function Span({ kind, label, className = "" }: { kind: SpanKind; label?: string; className?: string }) {
  const named = label ? { role: "img", "aria-label": label } : { "aria-hidden": true as const };
  return (
    <svg className={`span ${kind} ${className}`} viewBox="0 0 26 12" {...named}>
      {LEFT}
      {SHAPES[kind]}
    </svg>
  );
}

export function spanKind(sync: SyncState, chip: CaseChip | null): SpanKind {
  if (chip?.state === "gone") return "gone";
  switch (sync.state) {
    case "synced":
    case "skipped_items":
      return chip?.state === "closed" || chip?.state === "merged" ? "closed" : "synced";
    case "paused":
      return "breaker";
    case "no_case":
      return "none";
    default:
      return sync.state;
  }
}

/** The word beside the glyph; null where all is well, because healthy is quiet. */
export function syncWord(sync: SyncState, chip: CaseChip | null, now: number): string | null {
  const kind = spanKind(sync, chip);
  switch (kind) {
    case "synced":
    case "closed":
      return sync.state === "skipped_items" ? (sync.detail ?? "Some left out") : null;
    case "syncing":
      return sync.detail && /^\d+ of \d+$/.test(sync.detail) ? `Syncing ${sync.detail}` : "Syncing";
    case "waiting":
      return sync.detail ? `Waiting, ${sync.detail}` : "Waiting";
    case "retrying": {
      const tries = sync.tries ? `Retry ${sync.tries}` : "Retrying";
      return sync.at ? `${tries}, ${inTime(sync.at, now)}` : tries;
    }
    case "none":
      return sync.detail ? `No case: ${sync.detail}` : "No case";
    default:
      return SPAN_WORDS[kind];
  }
}

export function StatusWord({ sync, chip, always }: { sync: SyncState; chip: CaseChip | null; always?: boolean }) {
  const kind = spanKind(sync, chip);
  const now = useNow(kind === "retrying" ? 1_000 : 60_000);
  const word = syncWord(sync, chip, now) ?? (always ? SPAN_WORDS[kind] : null);
  const tip = sync.detail && kind !== "none" ? sync.detail : undefined;
  return (
    <span className={`st ${kind}`} data-tip={tip}>
      <Span kind={kind} {...(word ? {} : { label: SPAN_WORDS[kind] })} />
      {word && <span className="ell">{word}</span>}
    </span>
  );
}
