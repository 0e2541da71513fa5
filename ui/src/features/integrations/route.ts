import { z } from "zod";
import type { ConnectionView } from "../../generated";

z.config({ jitless: true });

const names = z.string().trim().max(2_000, "Shorter.");

/** Which conversations come to a connection: names with commas between them, as people type them. */
export const routeSchema = z.object({ channels: names, not_channels: names, tags: names, not_tags: names });
export type RouteForm = z.infer<typeof routeSchema>;

export const EVERYTHING: RouteForm = { channels: "", not_channels: "", tags: "", not_tags: "" };
const PARTS = ["channels", "not_channels", "tags", "not_tags"] as const;

export const namesIn = (text: string) => text.split(",").map((name) => name.trim()).filter((name) => name !== "");

export function routeOf(one?: Pick<ConnectionView, "route">): RouteForm {
  return Object.fromEntries(PARTS.map((part) => [part, (one?.route?.[part] ?? []).join(", ")])) as RouteForm;
}

/** The rule as the engine reads it; none when it says the same as before. */
export function routeChange(before: RouteForm, after: RouteForm): { route?: Record<string, string[]> } {
  const rule = (form: RouteForm) => Object.fromEntries(PARTS.map((part) => [part, namesIn(form[part])]));
  return JSON.stringify(rule(before)) === JSON.stringify(rule(after)) ? {} : { route: rule(after) };
}
