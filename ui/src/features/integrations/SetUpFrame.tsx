import { useEffect, useRef, useState, type ReactNode } from "react";
import { FormProvider, type FieldValues, type UseFormReturn } from "react-hook-form";
import type { ConnectionView } from "../../generated";
import { Button } from "../../shared/Button";
import { useShortcuts } from "../../shared/shortcuts";
import { Leaving } from "./Leaving";
import { goTo } from "./steps";

type Props<F extends FieldValues> = {
  one?: ConnectionView | undefined;
  form: UseFormReturn<F, unknown, F>;
  submit: () => void;
  discard: () => void;
  busy: boolean;
  /** What the button of the form does now; without one there is no button. */
  action: string | null;
  /** Something that must be seen: it is scrolled to when it changes. */
  alarm: unknown;
  steps: (here: string, onGo: (id: string) => void) => ReactNode;
  /** Above the form. */
  lead?: ReactNode;
  /** The form's blocks. */
  children: ReactNode;
  /** Blocks below the form. */
  after?: ReactNode;
  aside: ReactNode;
};

/** The guided set-up: the same steps to make a connection and to change one. One form, so nothing is lost between steps. */
export function SetUpFrame<F extends FieldValues>({ one, form, submit, discard, busy, action, alarm, steps, lead, children, after, aside }: Props<F>) {
  const box = useRef<HTMLDivElement>(null);
  const [here, setHere] = useState("connect");
  const dirty = form.formState.isDirty;
  useShortcuts({ "Ctrl+Enter": submit, "Ctrl+s": submit });
  useEffect(() => {
    if (alarm) document.getElementById("tested")?.scrollIntoView({ block: "center" });
  }, [alarm]);
  const follow = () => {
    const top = (box.current?.getBoundingClientRect().top ?? 0) + 60;
    const heads = [...(box.current?.querySelectorAll<HTMLElement>(".blk h2[id]") ?? [])];
    const last = heads.filter((head) => head.getBoundingClientRect().top <= top).at(-1) ?? heads[0];
    if (last) setHere(last.id);
  };
  return (
    <>
      <div className="scroll" data-region tabIndex={0} role="region" aria-label={one ? one.name : "Set-up"} ref={box} onScroll={follow}>
        <div className="set">
          {steps(here, (id) => { setHere(id); goTo(id); })}
          <div className="set-main">
            {lead}
            <FormProvider {...form}>
              <form id="set-up" onSubmit={(event) => { event.preventDefault(); submit(); }} noValidate>{children}</form>
            </FormProvider>
            {after}
          </div>
          {aside}
        </div>
      </div>
      {(dirty || !one) && (
        <footer className="save-bar">
          {action && <Button form="set-up" type="submit" kind="primary" small={false} keys="Ctrl ↵" disabled={busy}>{action}</Button>}
          {one && <Button small={false} onClick={discard} disabled={busy}>Discard changes</Button>}
          <span className="f12 t3">Nothing is stored unless the test passes.</span>
        </footer>
      )}
      <Leaving dirty={dirty} made={one !== undefined} />
    </>
  );
}

export function Aside({ title, children }: { title: string; children: ReactNode }) {
  return (
    <aside className="set-aside" aria-label={title}>
      <section className="card health"><h2 className="h2">{title}</h2><div className="f12 t2 lot">{children}</div></section>
    </aside>
  );
}
