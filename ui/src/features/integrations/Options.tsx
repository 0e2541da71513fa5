import type { UseFormRegisterReturn } from "react-hook-form";

export type Option = { id: string; name: string; means: React.ReactNode };

/** Cards of which one is chosen; each says what it would do. */
export function Options({ legend, named, value, options, field }: { legend: string; named?: boolean; value: string; options: Option[]; field: UseFormRegisterReturn }) {
  return (
    <fieldset className="plain-set">
      <legend className={named ? "lab" : "vh"}>{legend}</legend>
      <div className="opts">
        {options.map(({ id, name, means }) => (
          <label key={id} className={value === id ? "opt on" : "opt"}>
            <input type="radio" value={id} {...field} />
            <span><span className="m block">{name}</span><span className="f12 t2">{means}</span></span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
