import type { ConnectionHealth } from "./ConnectionHealth";

export type ConnectionView = ConnectionHealth & { settings: Record<string, unknown> };
