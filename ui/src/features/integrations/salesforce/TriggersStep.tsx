import { useState } from "react";
import { useDesk } from "../../../data/desk";
import { useWebhook } from "../../../data/engine";
import type { KitFileView } from "../../../generated";
import { Button } from "../../../shared/Button";
import { copyText } from "../../../shared/insecure";
import { Bars, Loading } from "../../../shared/States";
import { Block } from "../Block";
import { Elements, Waiting } from "../Recipe";
import { Failed } from "../TestResult";
import { useRevealed } from "../Webhook";
import { triggerSteps } from "./recipe";
import { save, zipOf } from "./save";
import { useKitFiles } from "./useKit";

/** The triggers that call at once: what an admin does for them, their files, and whether the first call came. */
export function TriggersStep({ connection, admin }: { connection: string; admin: boolean }) {
  const hook = useWebhook(connection).data;
  const files = useKitFiles(admin);
  const revealed = useRevealed(connection);
  if (!hook || !admin) return null;
  return (
    <Block id="recipe" title="Triggers in Salesforce" lead="Optional: they tell at once what polling finds within minutes. They call for our cases only, once for each save, and no save of a person ever fails or waits for them." end={<Button icon="file" onClick={() => print()}>Print</Button>}>
      <Waiting hook={hook} events={[]} what="Deploy the triggers, then add a public comment to a case." works="The triggers work." />
      {files.error && <Failed error={files.error} />}
      {files.isPending && <Loading what="the kit's files"><Bars rows={3} height={60} /></Loading>}
      {files.data && <><Elements elements={triggerSteps(files.data.steps)} address={hook.masked} admin={admin} revealed={revealed} /><Files files={files.data.files} /></>}
      <p className="f12 t3">A trigger that was pasted from older instructions goes on working: its calls need no body. It tells of new cases only, so replies still arrive by polling.</p>
    </Block>
  );
}

function Files({ files }: { files: KitFileView[] }) {
  const [shown, setShown] = useState(files.find((file) => file.kind === "apex_class")?.path ?? files[0]?.path);
  const desk = useDesk();
  const one = files.find((file) => file.path === shown);
  return (
    <div className="card files">
      <div className="files-head flex wrap">
        <label className="flex"><span className="lab">File</span>
          <select className="inp" value={shown} onChange={(event) => setShown(event.target.value)}>{files.map((file) => <option key={file.path}>{file.path}</option>)}</select>
        </label>
        <span className="flex end">
          <Button icon="copy" onClick={() => one && void copyText(one.text, `${one.path} is copied`)}>Copy</Button>
          {/* A window saves no files by itself. */}
          {!desk && <Button icon="file" onClick={() => save("casebridge-kit.zip", zipOf(files))}>Download all {files.length} files</Button>}
        </span>
      </div>
      {one && <pre className="code" dir="ltr" tabIndex={0} aria-label={one.path}>{one.text}</pre>}
      {desk && <p className="f12 t2 pad">On a terminal <code>casebridged salesforce kit --out FOLDER</code> writes all {files.length} files.</p>}
    </div>
  );
}
