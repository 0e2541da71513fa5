export type Me = {
  name: string;
  role: "admin" | "agent" | "viewer";
  token: string;
  version: string;
  data_folder: string;
  public_url: string | null;
  sandbox_page: string | null;
};
