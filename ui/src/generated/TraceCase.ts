export type TraceCase = { connection: string; crm_id: string; number: string | null; state: string };
