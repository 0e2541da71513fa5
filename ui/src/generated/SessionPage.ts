import type { SessionRow } from "./SessionRow";

export type SessionPage = { rows: SessionRow[]; next: string | null; bounded: boolean };
