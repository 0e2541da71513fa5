import type { Pause } from "./Pause";
import type { LaneCounts } from "./LaneCounts";

export type ConnectionHealth = {
  id: string;
  name: string;
  kind: string;
  instance: string;
  mode: "every" | "handoff";
  paused: Pause | null;
  last_success_at: string | null;
  last_webhook_at: string | null;
  polls_every_s: number;
  last_poll_at: string | null;
  last_poll_failure: string | null;
  calls_today: number;
  lanes: LaneCounts;
};
