export type Finding = {
  connection: string | null;
  what: string;
  grade: "good" | "note" | "bad";
  detail: string;
  action: string | null;
};
