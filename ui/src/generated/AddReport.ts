import type { ConnectionView } from "./ConnectionView";
import type { TestReport } from "./TestReport";

export type AddReport = { report: TestReport; added: ConnectionView | null };
