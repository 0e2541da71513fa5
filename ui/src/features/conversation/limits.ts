import { span } from "../../shared/time";

/** WhatsApp takes free text for a day after the customer's last message; then only templates. */
const WHATSAPP_MS = 24 * 3_600_000;
const SOON_MS = 4 * 3_600_000;

export type Limit = { text: string; means: string; over: boolean };

/** What is known of a channel's limit now; null where none is known, or it is far. `last`: the customer's last message. */
export function channelLimit(channel: string, last: string | null, now: number): Limit | null {
  if (channel.toLowerCase() !== "whatsapp" || !last) return null;
  const left = Date.parse(last) + WHATSAPP_MS - now;
  const means = "WhatsApp takes free text only within 24 h of the customer's last message.";
  if (left <= 0) return { text: "24 h are over", means: `${means} This reply may be refused.`, over: true };
  return left > SOON_MS ? null : { text: `${span(left)} left`, means, over: false };
}
