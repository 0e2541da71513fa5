import type { Me } from "../generated";
import type { CommandName, Input, Output } from "./commands";

/** What the console asks of whatever stands behind it: the engine over HTTP, the window, or a fake. */
export interface Host {
  call<C extends CommandName>(command: C, input: Input<C>): Promise<Output<C>>;
  /** Tells which tags changed; the returned function ends the subscription. */
  events(onTags: (tags: string[]) => void, onLink?: (up: boolean) => void): () => void;
  me(): Promise<Me>;
  /** What a window on this computer adds; a browser has none of it. */
  desk?: Desk;
}

/** Where the engine of a window is. */
export interface Place {
  kind: "own" | "beside" | "joined" | "nowhere";
  url: string | null;
  pid: number | null;
  /** The sign-in to a team's server outlives this run. */
  kept: boolean;
  /** The engine beside us stopped; the window could start its own. */
  gone: boolean;
  problem: { code: string; message: string; hint: string } | null;
}

/** Where a link or a notification leads. */
export type Destination =
  | { kind: "session"; id: string }
  | { kind: "case"; id: string }
  | { kind: "needs_person" | "deliveries" | "connections" | "refused" };

export interface Notify {
  handed_off: boolean;
  parked: boolean;
  held: boolean;
  broken: boolean;
}

/** What is chosen for this computer, and what it can do. */
export interface ThisComputer {
  close_to_tray: boolean;
  notify: Notify;
  /** Null where the system does not tell. */
  autostart: boolean | null;
  /** This desktop shows tray icons. */
  tray: boolean;
  data_folder: string;
  place: Place;
}

export interface Choice {
  close_to_tray?: boolean;
  notify?: Notify;
  autostart?: boolean;
}

/** An address that the window does not open. */
export interface NotOpened {
  message: string;
  hint: string;
}

/** The window around the page. */
export interface Desk {
  /** Told once the first list is painted; until then the page listens to nothing. */
  ready(): Promise<{ place: Place; to: Destination | null }>;
  onPlace(told: (place: Place) => void): () => void;
  onNavigate(told: (to: Destination) => void): () => void;
  onNotOpened(told: (why: NotOpened) => void): () => void;
  join(link: string): Promise<Place>;
  leave(): Promise<Place>;
  findEngine(): Promise<Place>;
  openDataFolder(): Promise<void>;
  thisComputer(): Promise<ThisComputer>;
  choose(choice: Choice): Promise<ThisComputer>;
}

/** A refusal or a failure, in the engine's own words. */
export class CallError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly hint: string | null = null,
    readonly retryAfter: number | null = null,
    readonly status: number | null = null,
    readonly command: string | null = null,
  ) {
    super(message);
    this.name = "CallError";
  }
  readonly at = new Date().toISOString();
}

export function asCallError(error: unknown): CallError {
  if (error instanceof CallError) return error;
  return new CallError("unexpected", error instanceof Error ? error.message : String(error));
}
