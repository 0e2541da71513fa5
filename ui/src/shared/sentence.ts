/** Makes a sentence of an error's words, so that message and hint can stand beside each other. */
export function sentence(text: string | null | undefined): string {
  if (!text) return "";
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?…]$/.test(text) ? "" : "."}`;
}

/** What failed and what to do, as people read it. */
export const said = (error: { message: string; hint: string | null }) => `${sentence(error.message)} ${sentence(error.hint)}`.trim();
