import { useEffect, useId, useRef, type ReactNode } from "react";
import { createPortal } from "react-dom";
import { useShortcuts } from "./shortcuts";

const FOCUSABLE = "button:not([disabled]),[href],input:not([disabled]),select,textarea,[tabindex]:not([tabindex='-1'])";

/** A layer over the page: it takes the focus, keeps it, and gives it back where it came from. */
export function useFocusKept(open: boolean) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const before = document.activeElement;
    const root = document.getElementById("root");
    root?.setAttribute("inert", "");
    const inside = box.current;
    if (inside && !inside.contains(document.activeElement)) {
      (inside.querySelector<HTMLElement>("[data-autofocus]") ?? inside.querySelector<HTMLElement>(FOCUSABLE) ?? inside).focus();
    }
    const turn = (event: KeyboardEvent) => {
      if (event.key !== "Tab" || !inside) return;
      const stops = [...inside.querySelectorAll<HTMLElement>(FOCUSABLE)];
      const first = stops[0];
      const last = stops.at(-1);
      if (!first || !last) return;
      if (event.shiftKey ? document.activeElement === first : document.activeElement === last) {
        event.preventDefault();
        (event.shiftKey ? last : first).focus();
      }
    };
    document.addEventListener("keydown", turn);
    return () => {
      document.removeEventListener("keydown", turn);
      root?.removeAttribute("inert");
      if (before instanceof HTMLElement) before.focus();
    };
  }, [open]);
  return box;
}

type Props = { title: string; onClose: () => void; children: ReactNode; foot?: ReactNode; className?: string; side?: boolean; end?: ReactNode };

export function Sheet({ title, onClose, children, foot, className = "", side, end }: Props) {
  const box = useFocusKept(true);
  const id = useId();
  useShortcuts({ Escape: onClose }, { layer: true });
  return createPortal(
    <div className={side ? "scrim side" : "scrim"} onPointerDown={(event) => event.target === event.currentTarget && onClose()}>
      <div ref={box} role="dialog" aria-modal="true" aria-labelledby={id} tabIndex={-1} className={`sheet ${className}`}>
        <header className="bar">
          <h2 id={id} className="h2">{title}</h2>
          <span className="end flex">
            {end}
            <button type="button" className="btn g s" onClick={onClose} aria-label="Close">
              <kbd className="kbd" data-key="Esc" aria-hidden="true" />
            </button>
          </span>
        </header>
        <div className="scroll sheet-in">{children}</div>
        {foot && <footer className="sheet-foot">{foot}</footer>}
      </div>
    </div>,
    document.body,
  );
}
