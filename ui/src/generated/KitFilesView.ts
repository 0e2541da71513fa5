import type { KitFileView } from "./KitFileView"; import type { KitStepView } from "./KitStepView"; export type KitFilesView = { files: Array<KitFileView>, steps: Array<KitStepView>, };
