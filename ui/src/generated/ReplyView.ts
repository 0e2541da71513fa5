export type ReplyView = {
  id: string;
  connection: string;
  connection_name: string;
  state: "held" | "given" | "released" | "discarded" | "offered" | "taken";
  reason: string | null;
  session: string | null;
  case: string;
  said_at: string;
  at: string;
  author: string | null;
  text: string | null;
  tries: number;
  taken_at: string | null;
  alerted_at: string | null;
};
