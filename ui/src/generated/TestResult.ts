import type { TestCheck } from "./TestCheck";
import type { TestFailure } from "./TestFailure";

export type TestResult = { identity: string | null; checks: TestCheck[]; failure: TestFailure | null };
