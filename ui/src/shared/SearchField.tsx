import { Icon } from "./Icon";

type Props = { value: string; onChange: (value: string) => void; label: string; onDown?: () => void; autoFocus?: boolean };

/** The search of a screen: / goes into it, Esc empties it and then leaves it. */
export function SearchField({ value, onChange, label, onDown }: Props) {
  return (
    <label className="search q field">
      <Icon name="search" small />
      <span className="vh">{label}</span>
      <input
        data-search
        type="search"
        value={value}
        placeholder={label}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            event.stopPropagation();
            if (value) onChange("");
            else event.currentTarget.blur();
          }
          if (event.key === "ArrowDown" && onDown) {
            event.preventDefault();
            onDown();
          }
        }}
      />
      <kbd className="kbd" data-key="/" aria-hidden="true" />
    </label>
  );
}
