const NAMES = typeof Intl.DisplayNames === "function" ? new Intl.DisplayNames(["en"], { type: "language", fallback: "none" }) : null;

/** `en` as people call it. What is no tag of a language, such as words of the source, stays as it is. */
export function languageName(tag: string | null): string | null {
  if (tag === null || !/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(tag)) return tag;
  try {
    return NAMES?.of(tag) ?? tag;
  } catch {
    return tag;
  }
}
