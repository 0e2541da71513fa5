import { useEffect, useState, type ReactNode } from "react";
import { asCallError } from "../host";
import { Button } from "./Button";
import { Icon } from "./Icon";
import { Span, type SpanKind } from "./Span";
import { exactTime, hhmm } from "./time";

/** Names what is not there, why that is fine, and one way on. */
export function EmptyState({ title, children, action, glyph, as: Heading = "h2" }: { title: string; children?: ReactNode; action?: ReactNode; glyph?: SpanKind; as?: "h2" | "h3" }) {
  return (
    <div className="empty">
      {glyph && <Span kind={glyph} className="art" />}
      <Heading className={glyph ? "h2" : "b"}>{title}</Heading>
      {children && <div className="t2 empty-text">{children}</div>}
      {action && <div className="flex empty-act">{action}</div>}
    </div>
  );
}

/** What failed, what is safe, what to do; the details fold. */
export function ErrorPane({ error, what, safe, onRetry, action }: { error: unknown; what: string; safe?: string; onRetry?: () => void; action?: ReactNode }) {
  const failed = asCallError(error);
  return (
    <div className="empty" role="alert">
      <Span kind="breaker" className="art" />
      <h2 className="h2">{what}</h2>
      <div className="t2 empty-text">
        {failed.message} {failed.hint ?? safe}
      </div>
      <div className="flex empty-act">
        {onRetry && <Button kind="primary" small={false} icon="retry" onClick={onRetry}>Try again</Button>}
        {action}
      </div>
      <Support error={failed} />
    </div>
  );
}

export function Support({ error }: { error: unknown }) {
  const failed = asCallError(error);
  return (
    <details className="support">
      <summary>What support will ask for</summary>
      <code>{[failed.code, failed.command, failed.status, exactTime(failed.at).split("\n")[1]].filter(Boolean).join(" · ")}</code>
    </details>
  );
}

/** Old data stays and says how old it is. */
export function StaleNote({ what, since, error, onRetry }: { what: string; since: number; error: unknown; onRetry?: () => void }) {
  return (
    <div className="note time stale" role="status">
      <Icon name="clock" />
      <div className="grow">
        <span className="m">{what} as of {hhmm(new Date(since).toISOString())}.</span> <span className="t2">{asCallError(error).message} Trying again by itself.</span>
      </div>
      {onRetry && <Button onClick={onRetry}>Try now</Button>}
    </div>
  );
}

/** Nothing for 150 ms, then a skeleton, after 3 s a sentence. */
export function Loading({ children, what }: { children: ReactNode; what: string }) {
  const [stage, setStage] = useState(0);
  useEffect(() => {
    const soon = setTimeout(() => setStage(1), 150);
    const late = setTimeout(() => setStage(2), 3_000);
    return () => {
      clearTimeout(soon);
      clearTimeout(late);
    };
  }, []);
  return (
    <div aria-busy="true" className="loading">
      <span className="vh" role="status">{stage === 2 ? `Still reading ${what}.` : ""}</span>
      {stage > 0 && <div aria-hidden="true">{children}</div>}
      {stage === 2 && <p className="t3 f12 late" aria-hidden="true">Still reading {what}…</p>}
    </div>
  );
}

export function Bars({ rows, height }: { rows: number; height: number }) {
  return Array.from({ length: rows }, (_, i) => (
    <div key={i} className="bars-row" style={{ height }}>
      <span className="sk w3" />
      <span className={i % 2 ? "sk w7" : "sk w8"} />
      {height > 60 && <span className="sk w5" />}
    </div>
  ));
}
