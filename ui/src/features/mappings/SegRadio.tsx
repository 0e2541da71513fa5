import { useId } from "react";
import { Icon } from "../../shared/Icon";
import type { IconName } from "../../shared/icons";

type Props<T extends string> = { legend: string; name: string; value: T; options: { id: T; name: string; icon?: IconName }[]; onChange: (value: T) => void; hint?: string | undefined; quiet?: boolean };

/** One of a few, side by side: radio buttons, so arrows choose. */
export function SegRadio<T extends string>({ legend, name, value, options, onChange, hint, quiet }: Props<T>) {
  const said = useId();
  return (
    <div className="fld" role="radiogroup" aria-label={legend} {...(hint ? { "aria-describedby": said } : {})}>
      <span className={quiet ? "vh" : "lab"} aria-hidden="true">{legend}</span>
      <span className="seg radios">
        {options.map((one) => (
          <label key={one.id}>
            <input type="radio" name={name} value={one.id} checked={one.id === value} onChange={() => onChange(one.id)} />
            {one.icon && <Icon name={one.icon} small />}{one.name}
          </label>
        ))}
      </span>
      {hint && <span id={said} className="hint">{hint}</span>}
    </div>
  );
}
