import type { CaseChip } from "../../generated";
import type { Input } from "../../host";

export type Target = Input<"case_preview">["to"];

export const STATE_WORDS: Record<CaseChip["state"], string> = {
  open: "Open", closed: "Closed", reserved: "Being made", gone: "Deleted", merged: "Merged", unreadable: "Unreadable", unlinked: "Unlinked",
};

/** What went wrong with a case, and that nothing is lost by it. */
export const LOST: Partial<Record<CaseChip["state"], string>> = {
  gone: "The case was deleted in the CRM. What was said since has nowhere to go, and waits here.",
  merged: "The case was merged into another in the CRM. What was said since waits here.",
  unreadable: "The integration user may not read the case any more. What was said since waits here.",
  unlinked: "A person took this conversation off its case: nothing is written for it.",
};

export type Way = { id: "survivor" | "new" | "case" | "nothing"; name: string; means: string };

/** The one way on for a conversation that never had a case. */
export const BY_HAND: Way[] = [
  { id: "new", name: "Make a case", means: "It tells the whole conversation." },
  { id: "case", name: "Link a case", means: "By number, id or the address of its page." },
];

/** The ways on, the likeliest first. */
export function waysFor({ state, merged_into }: Pick<CaseChip, "state" | "merged_into">): Way[] {
  const survivor: Way = { id: "survivor", name: "Follow the surviving case", means: "Go on where the merge went." };
  const fresh: Way = { id: "new", name: "Make a new case", means: "It tells the whole conversation." };
  const other: Way = { id: "case", name: "Link another case", means: "By number, id or the address of its page." };
  const leave: Way = { id: "nothing", name: state === "open" || state === "closed" || state === "reserved" ? "Unlink" : "Leave it", means: "Nothing is written any more. The CRM stays as it is." };
  if (state === "merged") return [...(merged_into ? [survivor] : []), other, fresh, leave];
  if (state === "gone" || state === "unreadable") return [fresh, other, leave];
  if (state === "unlinked") return [other, fresh];
  return [other, leave];
}

export const targetOf = (way: Way["id"], named: string): Target => (way === "case" ? { kind: way, named } : { kind: way });

export const VERBS: Record<string, string> = {
  create: "Make the case", link: "Link this case", link_back: "Go back to this case", follow: "Follow the survivor", unlink: "Unlink",
};
