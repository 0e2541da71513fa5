import { useState } from "react";
import { Button } from "../../shared/Button";
import { Icon } from "../../shared/Icon";
import { Sheet } from "../../shared/Sheet";
import { goneValues, withoutWords } from "./draft";
import type { Edit } from "./Editor";
import { allowed } from "./kinds";

const SEARCH_FROM = 12;
const split = (text: string) => [...new Set(text.split(/[,;\n]/).map((one) => one.trim()).filter(Boolean))];

/** Words that customers use, beside the value that they mean. */
export function SynonymsSheet({ edit, onClose }: { edit: Edit; onClose: () => void }) {
  const { mapping, kind, column, change, admin } = edit;
  const [find, setFind] = useState("");
  const [typed, setTyped] = useState<Record<string, string>>({});
  const gone = goneValues(mapping, column).filter((value) => mapping.synonyms[value]);
  const labelled = gone.map((value) => ({ value, label: allowed(mapping.kind).find((one) => one.value === value)?.label ?? value }));
  const rows = [...labelled, ...allowed(kind)].filter((one) => one.label.toLowerCase().includes(find.trim().toLowerCase()));
  const owners = new Map<string, string[]>();
  for (const [value, words] of Object.entries(mapping.synonyms)) for (const word of words) owners.set(word.toLowerCase(), [...(owners.get(word.toLowerCase()) ?? []), value]);
  const set = (value: string, text: string) => {
    setTyped({ ...typed, [value]: text });
    const rest = withoutWords(mapping.synonyms, value);
    const words = split(text);
    change({ synonyms: words.length > 0 ? { ...rest, [value]: words } : rest });
  };
  return (
    <Sheet title={`Words for ${mapping.title}`} onClose={onClose} foot={<Button kind="primary" small={false} onClick={onClose}>Done</Button>}>
      <div className="syn">
        <p className="t2">What customers say when they mean a value, with commas between. The labels themselves need not be repeated.</p>
        {rows.length + (find ? 1 : 0) > SEARCH_FROM && <input type="search" className="inp" aria-label="Find a value" placeholder="Find a value" value={find} onChange={(event) => setFind(event.target.value)} />}
        {rows.map((one) => {
          const words = mapping.synonyms[one.value] ?? [];
          const lost = gone.includes(one.value);
          const twice = words.filter((word) => (owners.get(word.toLowerCase())?.length ?? 0) > 1);
          return (
            <label key={one.value} className="syn-row">
              <span className={lost ? "c-act any" : "m any"}>{lost ? <><s><bdi>{one.label}</bdi></s> is gone</> : <bdi>{one.label}</bdi>}</span>
              <span>
                <input className={twice.length > 0 || lost ? "inp err" : "inp"} dir="auto" disabled={!admin} value={typed[one.value] ?? words.join(", ")} placeholder="none" onChange={(event) => set(one.value, event.target.value)} />
                {twice.length > 0 && <span className="hint c-act flex tight"><Icon name="warn" small />{twice.join(", ")} also means another value: the AI would have to guess.</span>}
                {lost && <span className="hint c-act">These words lead to nothing. Move them to another value, or empty the field.</span>}
              </span>
            </label>
          );
        })}
      </div>
    </Sheet>
  );
}
