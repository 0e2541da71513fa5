export type TestFailure = { class: string; message: string; hint: string; status: number | null };
