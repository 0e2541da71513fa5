export type KitFieldView = { name: string, purpose: string, present: boolean, ok: boolean, problem: string, };
