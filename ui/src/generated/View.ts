export type View = "all" | "needs_person" | "ai" | "mine" | "resolved" | "trouble";
