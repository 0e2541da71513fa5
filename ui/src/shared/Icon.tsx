import { ICONS, type IconName } from "./icons";

export function Icon({ name, small, label }: { name: IconName; small?: boolean; label?: string }) {
  const named = label ? { role: "img", "aria-label": label } : { "aria-hidden": true as const };
  return (
    <svg className={small ? "i s" : "i"} viewBox="0 0 16 16" {...named}>
      <path d={ICONS[name]} />
    </svg>
  );
}

export function Brand() {
  return (
    <svg viewBox="0 0 22 16" fill="none" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round" aria-hidden="true">
      <path d="M3 13V6.500M19 13V6.500M3 8c3 3.200 13 3.200 16 0M8 10v3M14 10v3M11 10.400V13M1.500 13h19" />
      <circle cx="3" cy="4" r="1.9" fill="currentColor" stroke="none" />
      <circle cx="19" cy="4" r="1.9" fill="currentColor" stroke="none" />
    </svg>
  );
}

/** Decorative: the channel is named beside it or in the row's own label. */
export function channelIcon(channel: string): IconName {
  const kind = channel.toLowerCase();
  if (kind.includes("whatsapp")) return "whatsapp";
  if (kind.includes("mail")) return "mail";
  if (kind.includes("sms") || kind.includes("messenger") || kind.includes("telegram")) return "chat";
  if (kind.includes("voice") || kind.includes("phone") || kind.includes("call")) return "phone";
  return "web";
}

export function channelName(channel: string): string {
  const known: Record<string, string> = { whatsapp: "WhatsApp", email: "Email", sms: "SMS", web: "Web chat", web_chat: "Web chat", webchat: "Web chat", voice: "Voice" };
  return known[channel.toLowerCase()] ?? channel.charAt(0).toUpperCase() + channel.slice(1).replaceAll("_", " ");
}
