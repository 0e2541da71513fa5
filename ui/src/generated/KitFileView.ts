export type KitFileView = { path: string, kind: "readme" | "manifest" | "metadata" | "permission_set" | "apex_class" | "apex_trigger" | "apex_test", text: string, };
