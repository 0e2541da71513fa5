import type { VerifiedValue } from "./VerifiedValue";

export type ContactView = {
  name: string | null;
  email: VerifiedValue | null;
  phone: VerifiedValue | null;
  external_id: VerifiedValue | null;
};
