import { useEffect, useState } from "react";
import { createPortal } from "react-dom";

type Shown = { text: string; x: number; y: number; above: boolean };
const DELAY_MS = 350;
const NARROW = 80;

/** Some speak only while their word is hidden, as in the narrow rail. */
function textOf(at: Element, focus: boolean): string | null {
  const narrow = at.getBoundingClientRect().width < NARROW ? at.getAttribute("data-tip-narrow") : null;
  return at.getAttribute("data-tip") ?? narrow ?? (focus ? at.getAttribute("data-focus-tip") : null);
}

/** One tooltip for the page: anything with data-tip has one, on hover and on focus. Esc puts it away. */
export function TipLayer() {
  const [shown, setShown] = useState<Shown | null>(null);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (target: EventTarget | null, delay: number, focus: boolean) => {
      clearTimeout(timer);
      const at = target instanceof Element ? target.closest(focus ? "[data-tip],[data-tip-narrow],[data-focus-tip]" : "[data-tip],[data-tip-narrow]") : null;
      if (target instanceof Element && target.closest(".tip")) return;
      const text = at ? textOf(at, focus) : null;
      if (!at || !text) {
        timer = setTimeout(() => setShown(null), 80);
        return;
      }
      timer = setTimeout(() => {
        const box = at.getBoundingClientRect();
        const above = box.bottom > innerHeight - 80;
        const x = Math.min(Math.max(box.left + box.width / 2, 120), innerWidth - 120);
        setShown({ text, x, y: above ? box.top - 6 : box.bottom + 6, above });
      }, delay);
    };
    const over = (event: PointerEvent) => show(event.target, DELAY_MS, false);
    const focusIn = (event: FocusEvent) => {
      if (event.target instanceof Element && event.target.matches(":focus-visible")) show(event.target, 0, true);
    };
    const away = () => {
      clearTimeout(timer);
      setShown(null);
    };
    const key = (event: KeyboardEvent) => event.key === "Escape" && away();
    document.addEventListener("pointerover", over);
    document.addEventListener("focusin", focusIn);
    document.addEventListener("focusout", away);
    document.addEventListener("pointerdown", away);
    document.addEventListener("keydown", key);
    document.addEventListener("scroll", away, true);
    return () => {
      away();
      document.removeEventListener("pointerover", over);
      document.removeEventListener("focusin", focusIn);
      document.removeEventListener("focusout", away);
      document.removeEventListener("pointerdown", away);
      document.removeEventListener("keydown", key);
      document.removeEventListener("scroll", away, true);
    };
  }, []);

  if (!shown) return null;
  return createPortal(
    <div role="tooltip" className={shown.above ? "tip above" : "tip"} style={{ left: shown.x, top: shown.y }}>
      {shown.text}
    </div>,
    document.body,
  );
}
