import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { useSessions } from "../../../data/sessions";
import type { SessionRow } from "../../../generated";
import { Button } from "../../../shared/Button";
import { useDebounced } from "../../../shared/debounce";
import { channelIcon, channelName, Icon } from "../../../shared/Icon";
import { placeAfter } from "../../../shared/listkeys";
import { Sheet } from "../../../shared/Sheet";
import { Bars, Loading } from "../../../shared/States";
import { Time } from "../../../shared/Time";
import { useWish } from "../../../shared/wish";
import { pickedOf, type Picked } from "./useDryRun";

const TYPING_MS = 150;
/** More side by side are no longer compared. */
export const MOST = 10;
const LATEST = 5;

/** Past conversations, recent ones first: Enter takes one, Space adds to several. */
export function SessionPicker({ picked, onPick, onClose }: { picked: Picked[]; onPick: (of: Picked[]) => void; onClose: () => void }) {
  const [words, setWords] = useState("");
  const query = useDebounced(words.trim(), TYPING_MS);
  const found = useSessions("all", query);
  const rows = found.data?.pages.flatMap((page) => page.rows) ?? [];
  const [ticked, setTicked] = useState<Picked[]>(picked.length > 1 ? picked : []);
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const here = Math.min(at, rows.length - 1);
  const row = rows[here];
  useEffect(() => {
    list.current?.querySelector("[aria-current=true]")?.scrollIntoView({ block: "nearest" });
  }, [here]);

  const toggle = (one: SessionRow) => setTicked((all) => (all.some((other) => other.id === one.id) ? all.filter((other) => other.id !== one.id) : [...all, pickedOf(one)].slice(-MOST)));
  const settled = query === words.trim() && !found.isPending && !found.isPlaceholderData;
  const take = () => {
    if (ticked.length > 0) onPick(ticked);
    else if (!settled) wish.make();
    else if (row) onPick([pickedOf(row)]);
  };
  const wish = useWish(settled, take);
  const onKeyDown = (event: KeyboardEvent) => {
    const typing = event.target instanceof HTMLInputElement;
    const to = event.key.length > 1 && !(typing && /Home|End/.test(event.key)) ? placeAfter(event.key, here, rows.length) : null;
    if (to !== null) {
      wish.drop();
      setAt(to);
    } else if (event.key === "Enter") take();
    else if (event.key === " " && row && (!typing || words === "")) toggle(row);
    else return;
    event.preventDefault();
  };
  const foot = (
    <>
      <Button kind="primary" small={false} keys="↵" disabled={ticked.length === 0 && !row} onClick={take}>{ticked.length > 1 ? `Run on ${ticked.length} conversations` : "Run on it"}</Button>
      {words === "" && rows.length > 1 && <Button small={false} onClick={() => onPick(rows.slice(0, LATEST).map(pickedOf))}>Run on the latest {Math.min(LATEST, rows.length)}</Button>}
      <span className="f12 t3 end mid">Space adds to several, at most {MOST}</span>
    </>
  );
  return (
    <Sheet title="Try it on" onClose={onClose} foot={foot}>
      <div className="sessions" onKeyDown={onKeyDown}>
        <label className="search q field"><Icon name="search" small /><span className="vh">Find a conversation</span>
          <input data-autofocus type="search" role="combobox" aria-expanded="true" aria-controls="dry-sessions" aria-activedescendant={row ? `dry-${row.id}` : undefined} autoComplete="off" placeholder="Name, words, case number" value={words} onChange={(event) => { wish.drop(); setWords(event.target.value); setAt(0); }} />
        </label>
        {found.isPending ? <Loading what="the conversations"><Bars rows={5} height={44} /></Loading> : found.isError ? <p className="c-act" role="alert">{found.error.message}</p> : (
          <div ref={list} id="dry-sessions" role="listbox" aria-multiselectable="true" aria-label="Conversations, recent ones first" className="scroll session-list">
            {rows.map((one, i) => {
              const on = ticked.some((other) => other.id === one.id);
              return (
                <div key={one.id} id={`dry-${one.id}`} role="option" aria-selected={on} aria-current={i === here} className="srow" onClick={() => onPick([pickedOf(one)])} onPointerMove={() => setAt(i)}>
                  <span className={on ? "chk on" : "chk"} onClick={(event) => { event.stopPropagation(); toggle(one); }}>{on && <Icon name="check" />}</span>
                  <Icon name={channelIcon(one.channel)} label={channelName(one.channel)} />
                  <span className="grow"><span className="flex tight"><bdi className="m ell">{pickedOf(one).name}</bdi>{one.case?.number && <span className="f12 t3 num" dir="ltr">{one.case.number}</span>}<span className="f12 t3 end"><Time at={one.last_at} as="list" quiet /></span></span><span className="f12 t2 ell block" dir="auto">{one.last_text}</span></span>
                </div>
              );
            })}
            {rows.length === 0 && <p className="t2 none">No conversation is found with “{words.trim()}”.</p>}
          </div>
        )}
      </div>
    </Sheet>
  );
}
