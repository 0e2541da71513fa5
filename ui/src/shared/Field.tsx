import { cloneElement, useId, type ReactElement, type ReactNode } from "react";

type Control = ReactElement<{ id?: string; "aria-describedby"?: string | undefined; "aria-invalid"?: boolean; className?: string }>;

/** A labelled control with its hint and its error, tied together. */
export function Field({ label, hint, error, children }: { label: string; hint?: ReactNode; error?: string | undefined; children: Control }) {
  const id = useId();
  const said = error || hint ? `${id}-said` : undefined;
  return (
    <div className="fld">
      <label htmlFor={id}>{label}</label>
      {cloneElement(children, { id, "aria-describedby": said, "aria-invalid": Boolean(error), className: `inp ${error ? "err" : ""} ${children.props.className ?? ""}` })}
      {said && <span id={said} className={error ? "hint c-act" : "hint"}>{error ?? hint}</span>}
    </div>
  );
}
