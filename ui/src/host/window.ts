import { invoke, isTauri } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";

import type { Me } from "../generated";
import type { CommandName, Input, Output } from "./commands";
import { CallError, type Host } from "./types";

/** Whether this page is shown by the desktop window. */
export const inWindow = isTauri;

function refusal(said: unknown, command: string): CallError {
  const body = (typeof said === "object" && said !== null ? said : {}) as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  return new CallError(
    text(body.code) ?? "unexpected",
    text(body.message) ?? String(said),
    text(body.hint),
    typeof body.retry_after === "number" ? body.retry_after : null,
    null,
    command,
  );
}

/** The engine in the window's own process. */
export function windowHost(): Host {
  async function call<C extends CommandName>(command: C, input: Input<C>): Promise<Output<C>> {
    try {
      return await invoke<Output<C>>("call", { command: { ...input, command } });
    } catch (said) {
      throw refusal(said, command);
    }
  }

  function events(onTags: (tags: string[]) => void, onLink: (up: boolean) => void = () => undefined) {
    const listening = listen<{ tags: string[] }>("changed", (event) => onTags(event.payload.tags));
    listening.then(() => onLink(true)).catch(() => onLink(false));
    return () => {
      void listening.then((end) => end()).catch(() => undefined);
    };
  }

  async function me(): Promise<Me> {
    try {
      return await invoke<Me>("me");
    } catch (said) {
      throw refusal(said, "me");
    }
  }

  return { call, events, me };
}
