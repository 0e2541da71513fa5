export type WebhookView = {
  masked: string;
  last4: string;
  public_url: string | null;
  last_call_at: string | null;
  last_call: string | null;
  old_calls: number;
  old_last_at: string | null;
  grace_until: string | null;
};
