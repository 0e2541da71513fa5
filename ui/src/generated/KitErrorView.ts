export type KitErrorView = { component: string, message: string, };
