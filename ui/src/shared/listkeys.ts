import { useShortcuts } from "./shortcuts";

type Options = { count: number; at: number; go: (index: number) => void; open?: () => void; page?: number };

/** What each key does to the place in a list; null where the key is none of the list's. */
export function placeAfter(key: string, at: number, count: number, page = 8): number | null {
  if (count === 0) return null;
  const within = (i: number) => Math.max(0, Math.min(count - 1, i));
  switch (key) {
    case "ArrowDown": case "j": return within(at + 1);
    case "ArrowUp": case "k": return within(at < 0 ? 0 : at - 1);
    case "Home": return 0;
    case "End": return count - 1;
    case "PageDown": return within(at + page);
    case "PageUp": return within(at - page);
    default: return null;
  }
}

/** Arrow keys on the list itself, and J K from anywhere on the screen. */
export function useListKeys({ count, at, go, open, page = 8 }: Options) {
  const move = (key: string) => {
    const to = placeAfter(key, at, count, page);
    if (to !== null) go(to);
    return to !== null;
  };
  useShortcuts({ j: () => move("j"), k: () => move("k") });
  return (event: React.KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && open) {
      event.preventDefault();
      open();
    } else if (event.key.length > 1 && move(event.key)) {
      event.preventDefault();
    }
  };
}
