/** A step of the set-up. `calls` are the events of which one each shows that the step stands. */
export type Step = { id: string; name: string; calls?: string[][] };

export const CREATIO_STEPS: Step[] = [
  { id: "connect", name: "Connect" },
  { id: "when", name: "When to open a case" },
  { id: "route", name: "Which conversations" },
  { id: "who", name: "Who gets it" },
  { id: "records", name: "What is written" },
  { id: "replies", name: "What is a reply" },
  { id: "hook", name: "Webhook" },
  { id: "recipe", name: "Business processes", calls: [["new_activity"], ["case_closed", "case_updated"]] },
];

export const SALESFORCE_STEPS: Step[] = [
  { id: "connect", name: "Connect" },
  { id: "when", name: "When to open a case" },
  { id: "route", name: "Which conversations" },
  { id: "who", name: "The case" },
  { id: "kit", name: "Set-up kit" },
  { id: "hook", name: "Webhook" },
  { id: "recipe", name: "Triggers", calls: [[]] },
];

export function goTo(id: string) {
  const heading = document.getElementById(id);
  heading?.scrollIntoView({ block: "start" });
  heading?.focus({ preventScroll: true });
}
