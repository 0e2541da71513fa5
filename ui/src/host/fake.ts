import type { EventView, LogView, Me, ProfileView, SavedFilterView, SessionRow, View } from "../generated";
import { deliveries, doctor, effectOf, refusedFields, trace } from "./fake-engine";
import { analysisOf, connections, event, luciaEvents, replies, sessionRows, usualEvents } from "./fake-data";
import { integrations } from "./fake-integrations";
import { mappings, suggestions } from "./fake-mappings";
import type { CommandName, Input, Output } from "./commands";
import { CallError, type Host } from "./types";

export type Handlers = { [C in CommandName]?: (input: Input<C>) => Output<C> };

export type Fake = Host & {
  rows: SessionRow[];
  log: Map<string, EventView[]>;
  calls: { command: string; input: Record<string, unknown> }[];
  /** Makes the next calls of a command fail, until it is given null. */
  fail(command: CommandName, error: CallError | null): void;
  tell(...tags: string[]): void;
  /** The line over which changes are told is lost, each try to get it back failed, or it is there again. */
  line(up: boolean): void;
  /** A connection stops because another engine writes to the same CRM. */
  stopForAnother(name: string): void;
};

/** The whole engine in memory: for development without an engine, and for the stories of the tests. */
export function fakeHost({ role = "admin" as Me["role"], delay = 0, rows = sessionRows() } = {}): Fake {
  const log = new Map<string, EventView[]>();
  const listeners = new Set<(tags: string[]) => void>();
  const links = new Set<(up: boolean) => void>();
  const failing = new Map<string, CallError>();
  const held = replies();
  const joined = connections();
  const pages: Me["sandbox_pages"] = [];
  const suggested = suggestions();
  const calls: Fake["calls"] = [];

  const tell = (...tags: string[]) => listeners.forEach((listener) => listener(tags));
  const row = (session: string) => {
    const found = rows.find((one) => one.id === session);
    if (!found) throw new CallError("not_found", `There is no session ${session}.`, null, null, 404);
    return found;
  };
  const eventsOf = (session: string) => {
    const one = row(session);
    const list = log.get(session) ?? (one.topic === "Duplicate charge" ? luciaEvents() : usualEvents(one));
    log.set(session, list);
    return list;
  };
  const append = (session: string, kind: string, body: Record<string, unknown>, change: Partial<SessionRow>) => {
    const list = eventsOf(session);
    const added = event(kind, 0, body);
    list.push(added);
    Object.assign(row(session), change, { message_count: row(session).message_count + 1 });
    tell("sessions", `session:${session}`);
    return { seq: added.seq };
  };
  const inView: Record<View, (one: SessionRow) => boolean> = {
    all: () => true,
    needs_person: (one) => one.status === "open" && one.holder.kind === "nobody",
    ai: (one) => one.status === "open" && one.holder.kind === "ai",
    mine: (one) => one.status === "open" && one.holder.kind === "person" && one.holder.me,
    resolved: (one) => one.status === "resolved",
    trouble: (one) => ["parked", "retrying", "paused"].includes(one.sync.state),
  };
  const sorted = () => [...rows].sort((a, b) => b.last_at.localeCompare(a.last_at));
  const me = { kind: "person", name: "Mira Kovač", me: true } as const;

  const decide = ({ session, mapping }: Input<"suggestion_take">) => {
    suggested.splice(0, suggested.length, ...suggested.filter((one) => one.mapping !== mapping));
    tell(`session:${session}`);
    return { seq: eventsOf(session).at(-1)?.seq ?? 0 };
  };

  const profile: ProfileView = { login: me.name, name: me.name, connection: null, crm_user: null, crm_name: null };
  const filters: SavedFilterView[] = [];
  const log_view: LogView = { usual: "info", areas: (["engine", "crm", "store", "doors"] as const).map((area) => ({ area, level: null, kept: false })) };

  const handlers: Handlers = {
    sessions_list({ view, query = "", cursor = "0", limit = 50 }) {
      const words = query.toLowerCase();
      const all = sorted().filter((one) => inView[view](one) && [one.contact_name, one.last_text, one.case?.number, one.contact_address].some((text) => text?.toLowerCase().includes(words)) || (words === "" && inView[view](one)));
      const from = Number(cursor);
      const next = from + limit < all.length ? String(from + limit) : null;
      return { rows: all.slice(from, from + limit).map((one) => ({ ...one })), next, bounded: words !== "" && words.length < 2 };
    },
    sessions_counts: () => {
      const count = (view: View) => rows.filter(inView[view]).length;
      return { all: count("all"), needs_person: count("needs_person"), ai: count("ai"), mine: count("mine"), resolved: count("resolved"), trouble: count("trouble"), parked: rows.filter((one) => one.sync.state === "parked").length, held_replies: held.filter((one) => one.state === "held").length };
    },
    session_open: ({ session }) => {
      const one = row(session);
      const mail = one.contact_address?.includes("@") ? one.contact_address : "lucia.fernandez.oyarzabal@correo-ejemplo.example";
      const phone = one.contact_address?.startsWith("+") ? { value: one.contact_address, verified: one.verified } : null;
      return { row: { ...one }, contact: { name: one.contact_name, email: { value: mail, verified: one.verified }, phone, external_id: null }, cases: one.case ? [one.case] : [], replies: held.filter((reply) => reply.session === session).map((reply) => ({ ...reply })), arrivals: [], explanation: trace(one, eventsOf(session)).explanation, created_at: eventsOf(session)[0]?.at ?? one.last_at, language: "English, Spanish", sentiment: "frustrated", summary: null, handoff_reason: null, analysis: analysisOf(eventsOf(session)), suggestions: one.topic === "Duplicate charge" ? suggested : [] };
    },
    session_events: ({ session, before = Infinity, limit = 100 }) => {
      const older = eventsOf(session).filter((one) => one.seq < before);
      const page = older.slice(-limit);
      return { events: page, before: older.length > page.length ? (page[0]?.seq ?? null) : null };
    },
    session_reply: ({ session, id, text }) => append(session, "agent_reply", { text, author: me.name, reply_id: id }, { last_text: text, last_from: "agent", last_at: new Date().toISOString() }),
    session_take_over: ({ session }) => {
      const { holder } = row(session);
      if (holder.kind === "person" && !holder.me) throw new CallError("conflict", `${holder.name} took this conversation over 4 s ago.`, null, null, 409);
      return append(session, "taken_over", { by: me.name }, { holder: me });
    },
    session_give_back: ({ session }) => append(session, "given_back", { by: me.name }, { holder: { kind: "ai" } }),
    session_assign: ({ session, to }) => append(session, "assigned", { to, by: me.name }, { holder: to === me.name ? me : { kind: "person", name: to, me: false } }),
    session_hand_off: ({ session, reason }) => append(session, "handed_off", { reason: reason ?? null, summary: null }, { holder: { kind: "nobody" } }),
    session_resolve: ({ session }) => append(session, "resolved", { by: me.name, via: null }, { status: "resolved" }),
    session_reopen: ({ session }) => append(session, "reopened", { by: me.name, via: null }, { status: "open" }),
    replies_list: () => held,
    replies_release: ({ reply }) => {
      for (const one of held) if (one.id === reply) one.state = "released";
      tell("replies");
      return {};
    },
    replies_discard: ({ reply }) => {
      for (const one of held) if (one.id === reply) one.state = "discarded";
      tell("replies");
      return {};
    },
    case_links: ({ query = "", state = "" }) => ({
      rows: sorted().flatMap((one) => (one.case ? [{ session: one.id, contact_name: one.contact_name, external_id: one.external_id, case: one.case, sync: one.sync, opened_at: one.last_at, current: true, drift: one.status === "resolved" && one.case.state === "open" ? [{ what: "status", ours: "resolved", theirs: "In progress" }] : [], looked_at: one.last_at }] : []))
        .filter((link) => (!state || link.case.state === state) && `${link.contact_name} ${link.case.number}`.toLowerCase().includes(query.toLowerCase())),
      next: null,
    }),
    case_preview: (decision) => effectOf(row(decision.session), decision.to),
    case_decide: ({ session, to }) => {
      const one = row(session);
      const effect = effectOf(one, to);
      const before = one.case;
      if (effect.act === "unlink") one.case = null;
      else if (effect.act !== "nothing" && before) one.case = { ...before, state: effect.act === "create" ? "reserved" : "open", number: effect.number, period: before.period + 1 };
      one.sync = { state: effect.act === "unlink" ? "no_case" : "syncing", detail: null, at: null, tries: null };
      tell("sessions", "lanes", `session:${session}`);
      return effect;
    },
    case_look: () => ({}),
    profile_get: () => profile,
    profile_set: ({ name, connection, crm_user }) => Object.assign(profile, { name, connection: connection ?? null, crm_user: crm_user ?? null, crm_name: crm_user ? "Mira Kovač" : null }),
    crm_people: () => [{ id: "u1", name: "Daniel Reyes" }, { id: "u2", name: "Mira Kovač" }],
    people_known: () => ["Daniel Reyes", "Mira Kovač", "Priya Nair"],
    filters_list: () => [...filters].sort((a, b) => a.name.localeCompare(b.name)),
    filter_save: ({ id, name, view, query }) => {
      if (filters.some((one) => one.name === name && one.id !== id)) throw new CallError("invalid", `\`name\` \`${name}\` is the name of another filter`, "give it another name", null, 400);
      const kept = { id: id ?? `f${filters.length + 1}`, name, view, query };
      filters.splice(0, filters.length, ...filters.filter((one) => one.id !== kept.id), kept);
      return kept;
    },
    filter_drop: ({ id }) => {
      filters.splice(0, filters.length, ...filters.filter((one) => one.id !== id));
      return {};
    },
    trace: ({ session }) => trace(row(session), eventsOf(session)),
    explain: ({ session }) => trace(row(session), eventsOf(session)).explanation,
    find: ({ text }) => {
      const found = rows.find((one) => [one.id, one.external_id, one.case?.number, one.contact_address].includes(text.trim()) || (one.case?.number && text.includes(one.case.number)));
      if (!found) throw new CallError("not_found", `Nothing is known as “${text.trim()}”.`, "Paste a session id, a case number, an e-mail address or a case's address.", null, 404);
      return { session: found.id };
    },
    deliveries: () => deliveries(rows, joined),
    fields_refused: () => refusedFields(rows),
    lanes_retry: (which) => {
      const hit = rows.filter((one) => (!which.session || one.id === which.session) && ["parked", "retrying"].includes(one.sync.state));
      for (const one of hit) one.sync = { state: "syncing", detail: null, at: null, tries: null };
      tell("lanes", "sessions");
      return { count: hit.length };
    },
    lanes_skip: ({ lane, seq }) => {
      row(lane.session).sync = { state: "skipped_items", detail: "1 left out", at: null, tries: null };
      tell("lanes", "sessions");
      return { skipped: seq ?? 5 };
    },
    lanes_park: ({ lane, why }) => {
      row(lane.session).sync = { state: "parked", detail: `parked by hand: ${why ?? ""}`, at: null, tries: null };
      tell("lanes", "sessions");
      return {};
    },
    connection_list: () => joined,
    ...integrations(joined, tell),
    ...mappings(joined, eventsOf, tell),
    suggestion_take: (which) => decide(which),
    suggestion_dismiss: (which) => decide(which),
    doctor: () => doctor(joined),
    log_show: () => structuredClone(log_view),
    log_set: ({ area, level, keep }) => {
      for (const one of log_view.areas) if (one.area === area) Object.assign(one, { level: level ?? null, kept: keep && level !== undefined });
      return structuredClone(log_view);
    },
    sandbox_start: ({ kind }) => {
      const page = kind === "salesforce" ? "http://127.0.0.1:8098/" : "http://127.0.0.1:8099/";
      if (!pages.some((one) => one.kind === kind)) pages.push({ kind, page });
      return { page };
    },
  };

  return {
    rows, log, calls, tell,
    line(up) {
      links.forEach((link) => link(up));
      if (up) tell("*");
    },
    stopForAnother(name) {
      const one = joined.find((connection) => connection.name === name);
      if (one) one.paused = { kind: "another_engine", since: new Date().toISOString(), until: null, failure: { message: "another engine writes to this CRM", hint: "join it, or take over here" }, held: 3 };
      tell("connections", "lanes");
    },
    fail: (command, error) => void (error ? failing.set(command, error) : failing.delete(command)),
    async call(command, input) {
      calls.push({ command, input: input as Record<string, unknown> });
      await new Promise((done) => setTimeout(done, delay));
      const error = failing.get(command);
      if (error) throw error;
      const run = handlers[command] as ((input: unknown) => unknown) | undefined;
      if (!run) throw new CallError("unknown_command", `There is no command ${command}.`);
      return structuredClone(run(input)) as never;
    },
    events(onTags, onLink) {
      listeners.add(onTags);
      if (onLink) links.add(onLink);
      onLink?.(true);
      return () => {
        listeners.delete(onTags);
        if (onLink) links.delete(onLink);
      };
    },
    me: async () => ({ name: me.name, role, token: "t", version: "0.3.0", data_folder: "~/.local/share/casebridge", public_url: null, sandbox_pages: pages }),
  };
}
