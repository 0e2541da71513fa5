export type TestCheck = {
  what: string;
  proof: "yes" | "missing" | "not_proven";
  detail: string;
  hint?: string | null;
};
