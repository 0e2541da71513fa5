import type { CaseLink } from "./CaseLink";

export type CaseLinkPage = { rows: CaseLink[]; next: string | null };
