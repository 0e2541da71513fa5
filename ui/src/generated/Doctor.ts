import type { Finding } from "./Finding";

export type Doctor = { good: boolean; findings: Finding[] };
