import type { LaneGroup } from "./LaneGroup";
import type { ConnectionHealth } from "./ConnectionHealth";

export type Deliveries = { groups: LaneGroup[]; connections: ConnectionHealth[] };
