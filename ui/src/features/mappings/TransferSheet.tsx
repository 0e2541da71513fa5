import { useRef, useState } from "react";
import { useHost } from "../../data/client";
import { useAsk } from "../../data/mappings";
import { useQuery } from "@tanstack/react-query";
import type { Mapping, MappingProblem } from "../../generated";
import { Button } from "../../shared/Button";
import { Icon } from "../../shared/Icon";
import { copyText } from "../../shared/insecure";
import { said, sentence } from "../../shared/sentence";
import { Sheet } from "../../shared/Sheet";
import { toast } from "../../shared/toasts";
import { changes, diff } from "./draft";
import type { Draft } from "./useDraft";
import { SegRadio } from "./SegRadio";

/** From one installation to another: the saved version as text, and such a text checked against this CRM. */
export function TransferSheet({ connection, draft, onClose }: { connection: string; draft: Draft; onClose: () => void }) {
  const [way, setWay] = useState<"export" | "import">("export");
  return (
    <Sheet title="Export and import" onClose={onClose}>
      <div className="transfer">
        <SegRadio quiet legend="Which way" name="way" value={way} options={[{ id: "export", name: "Export" }, { id: "import", name: "Import" }]} onChange={setWay} />
        {way === "export" ? <Export connection={connection} version={draft.base.version} unsaved={draft.count > 0} /> : <Import connection={connection} draft={draft} onClose={onClose} />}
      </div>
    </Sheet>
  );
}

function Export({ connection, version, unsaved }: { connection: string; version: number; unsaved: boolean }) {
  const host = useHost();
  const text = useQuery({ queryKey: ["export", connection, version], queryFn: () => host.call("mappings_export", { connection }), enabled: version > 0, meta: { tags: [] } });
  const keep = () => {
    const url = URL.createObjectURL(new Blob([text.data?.text ?? ""], { type: "application/json" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = `field-mappings-${connection}-v${version}.json`.replace(/[^\w.-]+/g, "-");
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 0);
  };
  if (version === 0) return <p className="t2">Nothing was saved yet, so there is nothing to export.</p>;
  return (
    <>
      <p className="t2">Version {version} as text{unsaved && ", without what is unsaved"}. It holds column names, instructions and words: no customer data, no secret.</p>
      {text.isError && <p className="c-act" role="alert">{said(text.error)}</p>}
      <textarea className="inp area mono export" readOnly rows={12} dir="ltr" aria-label="The export" value={text.data?.text ?? ""} data-autofocus onFocus={(event) => event.target.select()} />
      <div className="flex"><Button kind="primary" icon="copy" disabled={!text.data} onClick={() => void copyText(text.data?.text ?? "", "The export is copied")}>Copy</Button><Button icon="file" disabled={!text.data} onClick={keep}>Save as a file</Button></div>
    </>
  );
}

function Import({ connection, draft, onClose }: { connection: string; draft: Draft; onClose: () => void }) {
  const [text, setText] = useState("");
  const file = useRef<HTMLInputElement>(null);
  const check = useAsk("mappings_import");
  const found = check.data;
  const take = (mappings: Mapping[]) => {
    const before = draft.mappings;
    draft.put(mappings);
    onClose();
    toast("The import is here as a draft. Save it to make it count", () => draft.put(before));
  };
  return (
    <>
      <p className="t2">An export of another Casebridge, or of another connection. It is checked against the columns of {connection}; nothing is saved yet.</p>
      <textarea className="inp area mono export" rows={8} dir="ltr" spellCheck={false} aria-label="The export to import" placeholder="Paste the export" value={text} onChange={(event) => { setText(event.target.value); check.reset(); }} />
      <div className="flex">
        <Button kind={found ? "plain" : "primary"} disabled={text.trim() === "" || check.isPending} onClick={() => check.mutate({ connection, text })}>{check.isPending ? "Checking" : "Check"}</Button>
        <Button icon="file" onClick={() => file.current?.click()}>Open a file…</Button>
        <input ref={file} type="file" accept=".json,application/json" hidden onChange={(event) => { void event.target.files?.[0]?.text().then((read) => { setText(read); check.mutate({ connection, text: read }); }); event.target.value = ""; }} />
      </div>
      {check.error && <div className="note act" role="alert"><Icon name="warn" /><div className="grow">{said(check.error)} Nothing was changed.</div></div>}
      {found && <Checked mappings={found.mappings} problems={found.problems} draft={draft} onTake={() => take(found.mappings)} />}
    </>
  );
}

const FEW = 8;

function Checked({ mappings, problems, draft, onTake }: { mappings: Mapping[]; problems: MappingProblem[]; draft: Draft; onTake: () => void }) {
  const { added, removed, changed } = diff(draft.mappings, mappings);
  const none = changes(diff(draft.mappings, mappings)) === 0;
  const unfit = new Set(problems.map((one) => one.mapping)).size;
  const title = (id: string) => mappings.find((one) => one.id === id)?.title ?? "A mapping";
  return (
    <div className="checked" role="status">
      <div className={problems.length > 0 ? "note time" : "note ok"}>
        <Icon name={problems.length > 0 ? "warn" : "check"} />
        <div className="grow">
          <div className="m">{problems.length === 0 ? `All ${mappings.length} mappings fit here.` : `${unfit} of ${mappings.length} ${mappings.length === 1 ? "mapping" : "mappings"} ${unfit === 1 ? "does" : "do"} not fit here yet.`}</div>
          <div className="f12 t2">{none ? "They are the same as those in the editor." : `${added.length} would be added, ${changed.length} changed, ${removed.length} taken away.`}</div>
          {problems.length > 0 && <ul className="f12 probs">{problems.slice(0, FEW).map((one, i) => <li key={i}><b className="m"><bdi>{title(one.mapping)}</bdi></b>: {sentence(one.message)}</li>)}{problems.length > FEW && <li>and {problems.length - FEW} more, at their fields</li>}</ul>}
        </div>
      </div>
      <Button kind="primary" disabled={none} onClick={onTake}>{problems.length > 0 ? "Take it in as a draft, and correct it there" : "Take it in as a draft"}</Button>
    </div>
  );
}
