import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { useWish } from "./wish";

type Option = { value: string; label: string };
type Props = {
  label: string; shown: string; options: Option[]; onQuery: (words: string) => void; onPick: (option: Option | null) => void;
  placeholder?: string; error?: string | undefined; hint?: ReactNode; first?: boolean | undefined;
  /** Whether the options are those of the words that stand there; while they are not, none of them is picked by a key. */
  settled?: boolean;
};

/** A field with a list under it that typing narrows. What stands in it is always one of the list, or nothing. */
export function Combo({ label, shown, options, onQuery, onPick, placeholder, settled = true, error, hint, first }: Props) {
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const [open, setOpen] = useState(false);
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const here = settled ? Math.min(at, options.length - 1) : -1;
  useEffect(() => {
    if (open) list.current?.children[here]?.scrollIntoView({ block: "nearest" });
  }, [open, here]);

  const wish = useWish(settled, () => {
    if (open && options[here]) pick(options[here]);
  });
  const type = (text: string) => {
    wish.drop();
    setWords(text);
    setAt(0);
    setOpen(true);
    onQuery(text);
  };
  const close = () => {
    wish.drop();
    setOpen(false);
    setWords("");
    onQuery("");
  };
  const pick = (option: Option | null) => {
    onPick(option);
    close();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      setOpen(true);
      if (open && settled) setAt(Math.max(0, Math.min(options.length - 1, here + (event.key === "ArrowDown" ? 1 : -1))));
    } else if (event.key === "Enter" && open && !settled) wish.make();
    else if (event.key === "Enter" && open && options[here]) pick(options[here]);
    else if (event.key === "Escape" && open) close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="fld combo">
      <label htmlFor={id}>{label}</label>
      <input
        {...(first ? { "data-first": true } : {})} id={id} role="combobox" aria-expanded={open} aria-controls={`${id}-list`} aria-autocomplete="list" autoComplete="off" spellCheck={false} className={error ? "inp err" : "inp"}
        aria-invalid={Boolean(error)} aria-describedby={`${id}-said`} aria-activedescendant={open && options[here] ? `${id}-${here}` : undefined} placeholder={open && shown ? shown : placeholder}
        value={open ? words : shown} onChange={(event) => type(event.target.value)} onKeyDown={onKeyDown} onClick={() => setOpen(true)} onBlur={close} dir="auto"
      />
      <ul id={`${id}-list`} ref={list} role="listbox" aria-label={label} aria-busy={!settled} className="combo-list" hidden={!open}>
        {options.map((one, i) => (
          <li key={one.value} id={`${id}-${i}`} role="option" aria-selected={i === here} onPointerDown={(event) => { event.preventDefault(); pick(one); }}><bdi>{one.label}</bdi></li>
        ))}
        {!settled ? <li role="option" aria-selected="false" aria-disabled="true" className="t3 searching">Searching…</li> : options.length === 0 && <li role="option" aria-selected="false" aria-disabled="true" className="t3">Nothing is called “{words.trim()}”</li>}
      </ul>
      <span className="flex hint-row"><span id={`${id}-said`} className={error ? "hint c-act" : "hint"}>{error ?? hint}</span>{shown && <button type="button" className="linkish f12 end" onClick={() => pick(null)}>Clear</button>}</span>
    </div>
  );
}
