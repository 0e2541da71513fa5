import type { Answer } from "./Answer";

export type Explanation = { connection: string; answers: Answer[] };
