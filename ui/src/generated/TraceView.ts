import type { Explanation } from "./Explanation";
import type { TraceEntry } from "./TraceEntry";
import type { TraceCase } from "./TraceCase";
import type { LaneView } from "./LaneView";

export type TraceView = {
  session: Record<string, unknown>;
  cases: TraceCase[];
  explanation: Explanation[];
  lanes: LaneView[];
  timeline: TraceEntry[];
};
