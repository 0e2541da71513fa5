import { useState } from "react";
import { useAnalyst, useAsk } from "../../data/mappings";
import type { AnalystAnswer, AnalystView } from "../../generated";
import { Button } from "../../shared/Button";
import { Field } from "../../shared/Field";
import { Icon } from "../../shared/Icon";
import { said, sentence } from "../../shared/sentence";
import { Sheet } from "../../shared/Sheet";
import { Bars, ErrorPane, Loading } from "../../shared/States";

/** Who reads the conversations: Casebridge itself, or a language model with a key. */
export function AnalystSheet({ onClose }: { onClose: () => void }) {
  const analyst = useAnalyst();
  if (analyst.data) return <Form now={analyst.data} onClose={onClose} />;
  return (
    <Sheet title="Who reads the conversations" onClose={onClose}>
      {analyst.isPending ? <Loading what="the settings"><Bars rows={3} height={60} /></Loading> : <ErrorPane error={analyst.error} what="The settings could not be read" onRetry={() => void analyst.refetch()} />}
    </Sheet>
  );
}

const USUAL = { openai: "https://api.openai.com/v1", anthropic: "https://api.anthropic.com" } as const;

const answered = ({ model, cost }: AnalystAnswer) => `${model ?? "The built-in analyst"} answered${cost ? ` in ${(cost.took_ms / 1000).toFixed(1)} s` : ""}.`;

function Form({ now, onClose }: { now: AnalystView; onClose: () => void }) {
  const [kind, setKind] = useState(now.kind);
  const [api, setApi] = useState(now.api);
  const [url, setUrl] = useState(now.base_url);
  const [model, setModel] = useState(now.model);
  const [key, setKey] = useState("");
  const [tried, setTried] = useState(false);
  const set = useAsk("analyst_set", ["analyst"]);
  const test = useAsk("analyst_test");
  const wrong = { url: url.trim() !== "" && !URL.canParse(url.trim()) ? "A web address, such as https://api.example.com/v1." : undefined, model: model.trim() === "" ? "Say which model, as the provider names it." : undefined };
  const save = () => {
    setTried(true);
    test.reset();
    if (kind === "provider" && (wrong.url || wrong.model)) return;
    const input = kind === "built_in" ? { kind } : { kind, api, base_url: url.trim() || USUAL[api], model: model.trim(), ...(key ? { key } : {}) };
    set.mutate(input, { onSuccess: () => { setKey(""); test.mutate({}); } });
  };
  const busy = set.isPending || test.isPending;
  const failed = set.error ?? test.error;
  const foot = <><Button kind="primary" small={false} disabled={busy} onClick={save}>{set.isPending ? "Saving" : test.isPending ? "Testing" : "Save and test"}</Button><Button small={false} onClick={onClose}>Close</Button></>;
  return (
    <Sheet title="Who reads the conversations" onClose={onClose} foot={foot}>
      <fieldset className="analyst">
        <legend className="vh">Who reads the conversations</legend>
        <div className="opts" role="radiogroup" aria-label="Analyst">
          {([["built_in", "Built in", "Reads on this computer. Nothing leaves it, and it costs nothing. Finds what stands there literally, and says when it is unsure."], ["provider", "A language model", "An OpenAI-compatible address, a server of your own among them, or Anthropic. Card numbers and secrets are masked before anything is sent."]] as const).map(([id, name, means]) => (
            <label key={id} className={kind === id ? "opt on" : "opt"}><input type="radio" name="analyst" value={id} checked={kind === id} onChange={() => setKind(id)} /><span><span className="m block">{name}</span><span className="f12 t2">{means}</span></span></label>
          ))}
        </div>
        {kind === "provider" && (
          <>
            <div className="g2">
              <Field label="Speaks like"><select value={api} onChange={(event) => setApi(event.target.value as "openai" | "anthropic")}><option value="openai">OpenAI</option><option value="anthropic">Anthropic</option></select></Field>
              <Field label="Model" error={tried ? wrong.model : undefined}><input value={model} dir="ltr" autoComplete="off" spellCheck={false} onChange={(event) => setModel(event.target.value)} /></Field>
            </div>
            <Field label="Address" error={tried ? wrong.url : undefined} hint="Empty for the provider's own."><input value={url} inputMode="url" dir="ltr" autoComplete="off" placeholder={USUAL[api]} onChange={(event) => setUrl(event.target.value)} /></Field>
            <Field label="Key" hint={now.has_key ? "One is stored and cannot be shown again. Fill this in only to replace it." : "Goes to the keychain and cannot be shown again. A server of your own may need none."}><input type="password" value={key} dir="ltr" autoComplete="new-password" onChange={(event) => setKey(event.target.value)} /></Field>
          </>
        )}
      </fieldset>
      <div className="analyst-said" aria-live="polite">
        {failed && <div className="note act" role="alert"><Icon name="warn" /><div className="grow">{said(failed)}{set.error && " Nothing was saved."}</div></div>}
        {test.data && <div className={test.data.good ? "note ok" : "note act"} role="status"><Icon name={test.data.good ? "check" : "warn"} /><div className="grow">{test.data.good ? answered(test.data) : `${sentence(test.data.failure)} ${sentence(test.data.hint)}`} <span className="t2">{test.data.good ? "Saved." : "Saved all the same. Until it answers, cases are made as usual: what the AI would fill stays blank, or takes its fallback."}</span></div></div>}
      </div>
    </Sheet>
  );
}
