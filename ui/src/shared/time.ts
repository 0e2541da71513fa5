const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const seconds = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const weekday = new Intl.DateTimeFormat("en", { weekday: "short" });
const dayMonth = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const dayMonthYear = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

const DAY = 86_400_000;
const midnight = (t: number) => new Date(t).setHours(0, 0, 0, 0);

export const hhmm = (at: string) => clock.format(new Date(at));
export const hhmmss = (at: string) => seconds.format(new Date(at));

/** As short as it can be said in a list: 14:12, Tue, 9 Nov, 9 Nov 2025. */
export function shortTime(at: string, now: number): string {
  const t = Date.parse(at);
  const days = Math.round((midnight(now) - midnight(t)) / DAY);
  if (days <= 0) return clock.format(t);
  if (days < 7) return weekday.format(t);
  return new Date(t).getFullYear() === new Date(now).getFullYear() ? dayMonth.format(t) : dayMonthYear.format(t);
}

export function dayName(at: string, now: number): string {
  const t = Date.parse(at);
  const days = Math.round((midnight(now) - midnight(t)) / DAY);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return `${weekday.format(t)} ${dayMonthYear.format(t)}`;
}

/** 4 s, 12 min, 3 h, 2 days. */
export function span(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 2 * 86_400) return `${Math.floor(s / 3600)} h`;
  return `${Math.floor(s / 86_400)} days`;
}

export function ago(at: string, now: number): string {
  const ms = now - Date.parse(at);
  return ms < 2_000 ? "just now" : `${span(ms)} ago`;
}

export function inTime(at: string, now: number): string {
  const ms = Date.parse(at) - now;
  return ms <= 0 ? "due now" : `in ${span(ms)}`;
}

/** Local and UTC, to the second: what stands in the tooltip of every time. */
export function exactTime(at: string): string {
  const t = new Date(at);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return `${dayMonthYear.format(t)} ${seconds.format(t)} ${zone}\n${t.toISOString().replace("T", " ").replace(/\.\d+Z$/, "")} UTC`;
}

export function stamp(at: string, utc: boolean): { clock: string; ms: string } {
  const t = new Date(at);
  const ms = `.${String(t.getMilliseconds()).padStart(3, "0")}`;
  return { clock: utc ? t.toISOString().slice(11, 19) : seconds.format(t), ms };
}
