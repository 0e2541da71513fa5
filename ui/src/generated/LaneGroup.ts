import type { LaneView } from "./LaneView";

export type LaneGroup = {
  state: string;
  reason: string;
  hint: string | null;
  connection: string;
  count: number;
  lanes: LaneView[];
};
