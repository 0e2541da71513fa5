import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { Icon } from "./Icon";
import type { IconName } from "./icons";
import { Keys } from "./Kbd";

type Props = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "className"> & {
  kind?: "plain" | "primary" | "ghost";
  small?: boolean;
  icon?: IconName;
  /** The keys that do the same, printed on the button. */
  keys?: string;
  danger?: boolean;
  className?: string;
  children?: ReactNode;
  ref?: Ref<HTMLButtonElement>;
};

export function Button({ kind = "plain", small = true, icon, keys, danger, className = "", children, ...rest }: Props) {
  const look = ["btn", kind === "primary" && "p", kind === "ghost" && "g", small && "s", danger && "danger", className];
  return (
    <button type="button" className={look.filter(Boolean).join(" ")} aria-keyshortcuts={keys && ariaKeys(keys)} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
      {keys && <Keys keys={keys} />}
    </button>
  );
}

type IconProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "className"> & { icon: IconName; label: string; keys?: string; ref?: Ref<HTMLButtonElement> };

/** A button without a word: it has a name and says its key in the tooltip. */
export function IconButton({ icon, label, keys, ...rest }: IconProps) {
  return (
    <button type="button" className="btn g ic s" aria-label={label} data-tip={keys ? `${label} (${keys})` : label} {...rest}>
      <Icon name={icon} />
    </button>
  );
}

export const ariaKeys = (keys: string) => keys.replaceAll("Ctrl", "Control").replaceAll("↵", "Enter").replaceAll(" ", "+");
