import type { FieldOutcomeKind, MappingAlarm, Overwrite, Source, Unsure } from "../../generated";
import type { IconName } from "../../shared/icons";

export const SOURCES: { from: Source["from"]; name: string; means: string }[] = [
  { from: "ai", name: "AI", means: "Taken from what the conversation says." },
  { from: "static", name: "Static", means: "Always the same value." },
  { from: "session", name: "Session", means: "What the conversation's source knows about it." },
  { from: "contact", name: "Contact", means: "What is known about the customer." },
  { from: "template", name: "Template", means: "Your own text, with values in it." },
];
export const sourceName = (source: Source) => SOURCES.find((one) => one.from === source.from)?.name ?? source.from;

export const SESSION: Record<string, string> = { channel: "Channel", topic: "Topic", language: "Language", sentiment: "Sentiment", summary: "Summary of the handoff", external_id: "The source's own id" };
export const CONTACT: Record<string, string> = { name: "Name", email: "E-mail address", phone: "Phone number", external_id: "Customer id" };

export const UNSURE: Record<Unsure, { name: string; means: string }> = {
  leave_out: { name: "Leave it blank", means: "Nothing is written; the trace says why." },
  suggest: { name: "Suggest it", means: "It stands beside the case in the inbox, until a person takes it." },
  write: { name: "Write it anyway", means: "Even a guess is written." },
};

export const OVERWRITE: Record<Overwrite, { name: string; means: string }> = {
  keep_edited: { name: "Keep edits", means: "What a person typed stays; what Casebridge wrote is brought up to date." },
  fill_if_empty: { name: "Only fill", means: "Whatever stands there stays. Written only while it is empty." },
  always: { name: "Replace it", means: "The newest value wins, even over what a person typed." },
};

/** What a threshold asks of an answer, in words. */
export function sureWords(threshold: number): string {
  if (threshold === 0) return "Everything that is found counts as sure, even a guess.";
  if (threshold < 50) return "Even an unlikely reading counts as sure.";
  if (threshold < 70) return "More likely than not is enough.";
  if (threshold < 85) return "The customer must have said it; small readings between the lines pass.";
  if (threshold < 95) return "The customer must have said it clearly.";
  return "Only what stands there word for word counts as sure.";
}

export type Tone = "" | "act" | "time" | "ai";
export const OUTCOMES: Record<FieldOutcomeKind, { name: string; icon: IconName; tone: Tone }> = {
  write: { name: "Will be written", icon: "check", tone: "" },
  left_out: { name: "Left out", icon: "minus", tone: "" },
  refused: { name: "Would be refused", icon: "close", tone: "act" },
  kept: { name: "Kept as it is", icon: "lock", tone: "" },
  unsure: { name: "Unsure, left blank", icon: "minus", tone: "" },
  suggest: { name: "Suggested", icon: "thought", tone: "ai" },
};

const ALARMS: Record<MappingAlarm["kind"], (title: string, crm: string) => string> = {
  renamed: (title, crm) => `${title} was renamed in ${crm}.`,
  retyped: (title, crm) => `${title} holds something else in ${crm} now.`,
  removed: (title, crm) => `${title} is gone from ${crm}.`,
  not_writable: (title, crm) => `Casebridge may no longer write ${title} in ${crm}.`,
  value_gone: (title, crm) => `A value of ${title} is gone from ${crm}.`,
  refused: (title, crm) => `${crm} refused ${title}.`,
};
/** What happened to a mapped column. */
export const alarmWords = (kind: MappingAlarm["kind"], title: string, crm: string) => ALARMS[kind](title, crm);
