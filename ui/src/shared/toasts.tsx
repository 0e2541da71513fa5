import { useEffect, useState, useSyncExternalStore } from "react";
import { IconButton } from "./Button";

type Toast = { id: number; text: string; undo?: () => void };
let toasts: Toast[] = [];
let next = 1;
const told = new Set<() => void>();
const change = (list: Toast[]) => {
  toasts = list;
  for (const tell of told) tell();
};

/** For the user's own action only; failures stand where they happened. */
export function toast(text: string, undo?: () => void) {
  change([...toasts.slice(-2), { id: next++, text, ...(undo ? { undo } : {}) }]);
}

const SHOWN_MS = 6_000;

function One({ it }: { it: Toast }) {
  const [held, setHeld] = useState(false);
  const close = () => change(toasts.filter((other) => other.id !== it.id));
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => change(toasts.filter((other) => other.id !== it.id)), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [held, it.id]);
  return (
    <div className="toast" onPointerEnter={() => setHeld(true)} onPointerLeave={() => setHeld(false)} onFocus={() => setHeld(true)} onBlur={() => setHeld(false)}>
      <span>{it.text}</span>
      {it.undo && (
        <button type="button" className="btn g s" onClick={() => { it.undo?.(); close(); }}>Undo</button>
      )}
      <IconButton icon="close" label="Close" onClick={close} />
    </div>
  );
}

export function Toasts() {
  const list = useSyncExternalStore((tell) => (told.add(tell), () => told.delete(tell)), () => toasts);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {list.map((it) => <One key={it.id} it={it} />)}
    </div>
  );
}
