/** What is being written, by session: it outlives a failed send, a changed screen and a closed page. */
const kept = new Map<string, string>();
const key = (session: string) => `casebridge.draft.${session}`;

export function draftOf(session: string): string {
  const here = kept.get(session);
  if (here !== undefined) return here;
  try {
    return localStorage.getItem(key(session)) ?? "";
  } catch {
    return "";
  }
}

export function keepDraft(session: string, text: string) {
  kept.set(session, text);
  try {
    if (text) localStorage.setItem(key(session), text);
    else localStorage.removeItem(key(session));
  } catch {
    // It is still kept in memory.
  }
}

/** Only what is in memory. */
export const forgetDrafts = () => kept.clear();
