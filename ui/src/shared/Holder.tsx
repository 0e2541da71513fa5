import type { SessionRow } from "../generated";
import { Icon } from "./Icon";

type Held = Pick<SessionRow, "holder" | "status">;

export function holderWord({ holder, status }: Held): string {
  if (status === "resolved") return "Resolved";
  if (holder.kind === "ai") return "AI is handling";
  if (holder.kind === "nobody") return "Needs a person";
  return holder.me ? "Yours" : holder.name;
}

export const initials = (name: string) => name.split(/\s+/).filter(Boolean).slice(0, 2).map((word) => [...word][0] ?? "").join("").toUpperCase() || "?";

/** Who holds it: shape and colour, and the word in the tooltip. */
export function HolderIcon({ row }: { row: Held }) {
  const { holder, status } = row;
  const tip = holderWord(row);
  if (status === "resolved") return <span className="t3" data-tip={tip}><Icon name="check" /></span>;
  if (holder.kind === "ai") return <span className="c-ai" data-tip={tip}><Icon name="ai" /></span>;
  if (holder.kind === "nobody") return <span className="c-act" data-tip={tip}><Icon name="hand" /></span>;
  return <span className="c-acc" data-tip={tip}><Icon name="person" /></span>;
}
