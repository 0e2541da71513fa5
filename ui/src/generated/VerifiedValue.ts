export type VerifiedValue = { value: string; verified: boolean };
