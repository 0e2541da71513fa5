import type { TestResult } from "./TestResult";

export type TestReport = { good: boolean; report: TestResult };
