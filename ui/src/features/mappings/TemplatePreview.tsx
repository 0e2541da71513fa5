import { useSession } from "../../data/sessions";
import type { ColumnKind } from "../../generated";
import type { DryRunState } from "./dry/useDryRun";
import { fillTemplate } from "./values";

/** What the template would make of the conversation that the dry run has chosen. */
export function TemplatePreview({ text, kind, dry }: { text: string; kind: ColumnKind; dry: DryRunState }) {
  const session = dry.picked[0];
  const detail = useSession(session?.id ?? "").data;
  if (!session || !detail || text.trim() === "") return null;
  const { contact, row } = detail;
  const known: Record<string, string | null | undefined> = {
    "session.topic": row.topic, "session.summary": detail.summary, "session.channel": row.channel, "session.language": detail.language, "session.sentiment": detail.sentiment, "session.external_id": row.external_id,
    "contact.name": contact.name, "contact.email": contact.email?.value, "contact.phone": contact.phone?.value, "contact.external_id": contact.external_id?.value,
  };
  for (const one of dry.runs.find((run) => run.session === session.id)?.values ?? []) known[`value.${one.column}`] = one.shown;
  const { text: filled, missing } = fillTemplate(text, known);
  const length = [...filled].length;
  const most = kind.type === "text" ? kind.max : null;
  return (
    <div className="fld" aria-live="polite">
      <span className="lab">Preview <span className="t3 plain">for <bdi>{session.name}</bdi></span></span>
      <blockquote className="code" dir="auto">{filled || <span className="t3">Nothing: every place in it is empty.</span>}</blockquote>
      {missing.length > 0 && <span className="hint">Without a value here: {missing.join(", ")}.</span>}
      {most !== null && length > most && <span className="hint c-time">{length} characters: cut to {most} when written.</span>}
    </div>
  );
}
