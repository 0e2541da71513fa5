import type { EventView } from "./EventView";

export type EventPage = { events: EventView[]; before: number | null };
