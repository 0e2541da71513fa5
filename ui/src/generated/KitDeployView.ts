export type KitDeployView = { id: string, check_only: boolean, };
