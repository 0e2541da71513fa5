import type { Me } from "../generated";
import type { CommandName, Input, Output } from "./commands";

/** What the console asks of whatever stands behind it: the engine over HTTP, the window, or a fake. */
export interface Host {
  call<C extends CommandName>(command: C, input: Input<C>): Promise<Output<C>>;
  /** Tells which tags changed; the returned function ends the subscription. */
  events(onTags: (tags: string[]) => void, onLink?: (up: boolean) => void): () => void;
  me(): Promise<Me>;
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
