export type Failure = { message: string; hint: string };
