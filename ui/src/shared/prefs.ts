import { useSyncExternalStore } from "react";

export type Prefs = { theme: "light" | "dark" | "system"; singleKeys: boolean; utc: boolean; railNarrow: boolean };
const KEY = "casebridge.prefs";
const USUAL: Prefs = { theme: "system", singleKeys: true, utc: false, railNarrow: false };

function read(): Prefs {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Prefs>;
    return { ...USUAL, ...stored };
  } catch {
    return USUAL;
  }
}

let now = read();
const told = new Set<() => void>();

export const prefs = {
  get: () => now,
  set(change: Partial<Prefs>) {
    now = { ...now, ...change };
    try {
      localStorage.setItem(KEY, JSON.stringify(now));
    } catch {
      // A full or closed store only means that the choice lasts as long as this page.
    }
    applyTheme();
    for (const tell of told) tell();
  },
  subscribe(tell: () => void) {
    told.add(tell);
    return () => told.delete(tell);
  },
};

export const usePrefs = () => useSyncExternalStore(prefs.subscribe, prefs.get);

export function applyTheme() {
  const dark = now.theme === "dark" || (now.theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}
