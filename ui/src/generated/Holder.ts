export type Holder = { kind: "ai" } | { kind: "nobody" } | { kind: "person"; name: string; me: boolean };
