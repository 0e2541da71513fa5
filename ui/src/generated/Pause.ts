import type { Failure } from "./Failure";

export type Pause = {
  kind: string;
  since: string;
  until: string | null;
  failure: Failure | null;
  held: number;
};
