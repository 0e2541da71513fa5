import { Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { useLive } from "../data/client";
import { useConnections } from "../data/engine";
import { useCounts } from "../data/sessions";
import { useFirstRun } from "../data/shown";
import { PlaceNotes } from "../features/desk/PlaceNotes";
import { prefs, usePrefs } from "../shared/prefs";
import { useShortcuts } from "../shared/shortcuts";
import { TipLayer } from "../shared/Tip";
import { Toasts } from "../shared/toasts";
import { Rail } from "./Rail";

const Palette = lazy(async () => ({ default: (await import("./Palette")).Palette }));
const ShortcutsSheet = lazy(async () => ({ default: (await import("./ShortcutsSheet")).ShortcutsSheet }));

/** F6 goes round the regions of the page, Shift F6 the other way. */
function nextRegion(back: boolean) {
  const regions = [...document.querySelectorAll<HTMLElement>("[data-region]")].filter((one) => one.offsetParent !== null);
  const at = regions.findIndex((one) => one.contains(document.activeElement));
  const to = regions[(at + (back ? -1 : 1) + regions.length) % regions.length];
  const inside = to?.querySelector<HTMLElement>("[data-region-focus],[role=listbox],a[aria-current],textarea:not([disabled]),input,button,a,[tabindex='0']");
  // A region without a control takes the focus itself, or the round would end there.
  if (to && !inside) to.tabIndex = -1;
  (inside ?? to)?.focus();
}

export function Shell() {
  const live = useLive();
  const navigate = useNavigate();
  const { pathname, search } = useLocation();
  const { railNarrow } = usePrefs();
  const [over, setOver] = useState<"palette" | "shortcuts" | null>(null);
  const first = useFirstRun(useConnections().data, useCounts().data);
  const session = (search as { s?: string }).s;

  useEffect(() => {
    if (first && pathname.startsWith("/inbox")) void navigate({ to: "/welcome" });
  }, [first, pathname, navigate]);

  const go = (to: string) => () => void navigate({ to });
  useShortcuts({
    "Ctrl+k": () => setOver("palette"),
    "?": () => setOver("shortcuts"),
    "[": () => prefs.set({ railNarrow: !prefs.get().railNarrow }),
    F6: () => nextRegion(false),
    "Shift+F6": () => nextRegion(true),
    "Ctrl+,": go("/settings"),
    "g i": go("/inbox/all"),
    "g t": () => void navigate({ to: "/trace", search: session ? { s: session } : {} }),
    "g d": go("/deliveries"),
    "g c": go("/integrations"),
    "g l": go("/links"),
    "g m": go("/mappings"),
    "g n": go("/inbox/needs_person"),
    "g a": go("/inbox/ai"),
    "/": () => {
      const field = document.querySelector<HTMLInputElement>("[data-search]");
      field?.focus();
      field?.select();
      return Boolean(field);
    },
  });

  if (pathname === "/welcome") {
    return <main className="bare"><PlaceNotes /><Suspense><Outlet /></Suspense><Toasts /></main>;
  }
  // The inbox of nobody is not flashed at a newcomer on the way to the first run.
  const unsure = first === null || (first && pathname.startsWith("/inbox"));
  return (
    <div className={`app${railNarrow ? " narrow" : ""}${unsure ? " unsure" : ""}`}>
      <Rail onFind={() => setOver("palette")} live={live} session={session} />
      <main className="main">
        <PlaceNotes />
        <Suspense fallback={<div />}>
          <Outlet />
        </Suspense>
      </main>
      <Suspense>
        {over === "palette" && <Palette session={session} onClose={() => setOver(null)} />}
        {over === "shortcuts" && <ShortcutsSheet onClose={() => setOver(null)} />}
      </Suspense>
      <Toasts />
      <TipLayer />
    </div>
  );
}
