import { useEffect, useRef } from "react";
import { prefs } from "./prefs";

type Handler = (event: KeyboardEvent) => unknown;
type Entry = { keys: Record<string, Handler>; layer: boolean };

const stack: Entry[] = [];
let prefix: { key: string; until: number } | null = null;
const PREFIX_MS = 1_200;

const inText = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

function nameOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const shifted = event.shiftKey && (event.key.length > 1 || /[a-z]/i.test(event.key));
  return `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${shifted ? "Shift+" : ""}${key}`;
}

function dispatch(event: KeyboardEvent) {
  if (event.defaultPrevented || event.isComposing) return;
  let name = nameOf(event);
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey && event.key.length === 1;
  if (plain && (inText(event.target) || !prefs.get().singleKeys)) return;
  if (plain && prefix && prefix.until > Date.now()) name = `${prefix.key} ${name}`;
  prefix = null;
  for (let i = stack.length - 1; i >= 0; i -= 1) {
    const entry = stack[i];
    const run = entry?.keys[name];
    if (run && run(event) !== false) {
      event.preventDefault();
      return;
    }
    if (entry?.layer) return;
  }
  if (plain && name === "g") prefix = { key: "g", until: Date.now() + PREFIX_MS };
}

if (typeof document !== "undefined") document.addEventListener("keydown", dispatch);

/** Keys while a part is shown. The newest part wins; a layer keeps keys from what lies under it. A handler that returns false passes. */
export function useShortcuts(keys: Record<string, Handler>, { layer = false, off = false } = {}) {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    if (off) return;
    const entry: Entry = {
      layer,
      keys: new Proxy({}, { get: (_, key: string) => latest.current[key] }) as Record<string, Handler>,
    };
    stack.push(entry);
    return () => {
      stack.splice(stack.indexOf(entry), 1);
    };
  }, [layer, off]);
}
