export type Step = { id: string; name: string };

export const STEPS: Step[] = [
  { id: "connect", name: "Connect" },
  { id: "when", name: "When to open a case" },
  { id: "who", name: "Who gets it" },
  { id: "records", name: "What is written" },
  { id: "replies", name: "What is a reply" },
  { id: "hook", name: "Webhook" },
  { id: "recipe", name: "Business processes" },
];

export function goTo(id: string) {
  const heading = document.getElementById(id);
  heading?.scrollIntoView({ block: "start" });
  heading?.focus({ preventScroll: true });
}
