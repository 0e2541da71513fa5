export type KitPartView = { name: string, proof: "yes" | "missing" | "not_proven", detail: string, };
