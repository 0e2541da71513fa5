import type { KitProgressView, KitView } from "../../../generated";
import { Button } from "../../../shared/Button";
import { Icon } from "../../../shared/Icon";
import { said } from "../../../shared/sentence";
import { Bars, Loading } from "../../../shared/States";
import { Block } from "../Block";
import { Failed, Mark } from "../TestResult";
import { useKitDeploy, useKitState } from "./useKit";

/** Fields, permission set and rule: what is there, tried first, then deployed with one click. */
export function KitStep({ connection }: { connection: string }) {
  const kit = useKitState(connection);
  const { progress, busy, error, unsure, lost, begin } = useKitDeploy(connection);
  const state = kit.data;
  return (
    <Block id="kit" title="Set-up kit" lead="Five fields on Case, a permission set and one validation rule. With them no answer that gets lost, and none that comes late, can ever make a second case or comment. They touch no record and need no tests." end={state && <span className="f12 t3">{state.complete ? `Version ${state.version ?? state.offered}` : state.version ? `Version ${state.version} is there, ${state.offered} is offered` : "Not deployed"}</span>}>
      {kit.isPending && <Loading what="the kit's state"><Bars rows={4} height={31} /></Loading>}
      {kit.error && <Failed error={kit.error} />}
      {state && <There state={state} />}
      {state && !state.complete && <div className="note time"><Icon name="warn" /><div className="grow"><span className="b">Without the kit doubled comments are possible.</span> <span className="t2">When an answer of Salesforce is lost and the engine is restarted in between, nobody can tell whether the write stands. Everything else works.</span></div></div>}
      <span className="flex wrap">
        <Button icon="eye" onClick={() => begin(true)} disabled={busy}>Preview</Button>
        <Button kind={state && !state.complete ? "primary" : "plain"} icon="play" onClick={() => begin(false)} disabled={busy || !state}>{state?.complete ? "Deploy again" : "Deploy"}</Button>
        <Button kind="ghost" icon="retry" onClick={() => void kit.refetch()} disabled={kit.isFetching}>{kit.isFetching ? "Looking" : "Look again"}</Button>
        <span className="f12 t3">A preview changes nothing in the org. The user needs the right to change metadata; else an admin deploys the files below.</span>
      </span>
      {error && <Failed error={error} safe={unsure ? "Whether it was begun is not known. Look again; deploying it twice does no harm." : "Nothing was changed in the org."} />}
      {lost && <div className="note time" role="status"><Icon name="clock" /><div className="grow"><span className="b">It goes on in Salesforce. How it stands could not be read, and is asked again by itself.</span> <span className="t2" dir="auto">{said(lost)}</span></div></div>}
      {progress && <Progress progress={progress} />}
    </Block>
  );
}

function There({ state: { fields, permission_set, rule } }: { state: KitView }) {
  return (
    <table className="rights kit">
      <caption className="vh">What the org has of the kit</caption>
      <thead><tr><th>Part</th><th>What it is for</th><th>There</th></tr></thead>
      <tbody>
        {fields.map((field) => <tr key={field.name}><td><code dir="ltr">{field.name}</code></td><td className="t2">{field.purpose}{field.present && field.problem && <span className="block">{field.problem}</span>}</td><td><Mark proof={field.ok ? "yes" : "missing"} /></td></tr>)}
        {([["Permission set", permission_set], ["Validation rule", rule]] as const).map(([what, part]) => <tr key={what}><td>{what} <code dir="ltr">{part.name}</code></td><td className="t2">{part.detail}</td><td><Mark proof={part.proof} /></td></tr>)}
      </tbody>
    </table>
  );
}

function Progress({ progress: { state, check_only: tried, done, total, errors } }: { progress: KitProgressView }) {
  const [tone, words, more] = state === "done"
    ? errors.length > 0 ? ["time", "Deployed, with something left to do.", "An admin does what is named below."] as const
      : tried ? ["ok", "It can be deployed.", "Nothing was changed."] as const : ["ok", "Deployed.", "The connection uses it from now on."] as const
    : state === "failed" ? ["act", tried ? "It cannot be deployed yet." : "Salesforce refused the deployment.", "Nothing was changed in the org."] as const
      : state === "canceled" ? ["act", "Somebody ended the deployment in Salesforce.", "Nothing was changed in the org."] as const
        : ["acc", state === "waiting" ? "Salesforce has it in its queue." : tried ? "Salesforce tries it." : "Salesforce deploys it.", total > 0 ? `${done} of ${total} parts.` : ""] as const;
  const moving = tone === "acc";
  return (
    <div className="card result">
      <div className={`note ${tone} head`} role="status"><Icon name={moving ? "clock" : tone === "ok" ? "check" : "warn"} /><div className="grow"><span className="b">{words}</span> <span className="t2">{more}</span></div></div>
      {moving && <progress className="meter" max={Math.max(total, 1)} value={done} aria-label={`${done} of ${total} parts`} />}
      {errors.length > 0 && <ul className="lines" aria-label="What was refused">{errors.map((error) => <li key={error.component + error.message}><span className="c-act flex"><Icon name="close" small />Refused</span><div><code className="any" dir="ltr">{error.component}</code> <span className="block any" dir="auto">{error.message}</span></div></li>)}</ul>}
    </div>
  );
}
