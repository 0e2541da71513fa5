/** A switch with its name and what it means. */
export function Toggle({ on, set, name, means, disabled }: { on: boolean; set: (on: boolean) => void; name: string; means: string; disabled?: boolean }) {
  return (
    <button type="button" role="switch" aria-checked={on} className="toggle" disabled={disabled} onClick={() => set(!on)}>
      <span className="sw" data-on={on} aria-hidden="true" />
      <span><span className="m block">{name}</span><span className="f12 t2">{means}</span></span>
    </button>
  );
}
