import { useNow } from "./clock";
import { ago, exactTime, hhmm, hhmmss, shortTime } from "./time";

type Props = { at: string; as?: "list" | "clock" | "seconds" | "ago"; quiet?: boolean; className?: string };

/** A time; its exact local and UTC form shows on hover and on focus. Quiet ones are reached with their row. */
export function Time({ at, as = "clock", quiet, className }: Props) {
  const now = useNow(as === "ago" ? 5_000 : 60_000);
  const text = as === "list" ? shortTime(at, now) : as === "ago" ? ago(at, now) : as === "seconds" ? hhmmss(at) : hhmm(at);
  return (
    <time dateTime={at} className={className} data-tip={exactTime(at)} {...(quiet ? {} : { tabIndex: 0 })}>
      {text}
    </time>
  );
}
