export type KitStepView = { place: string, action: string, values: Array<[string, string]>, };
