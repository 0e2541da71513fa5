import { invoke, isTauri } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";

import type { Me } from "../generated";
import type { CommandName, Input, Output } from "./commands";
import { CallError, type Desk, type Destination, type Host, type NotOpened, type Place, type ThisComputer } from "./types";

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

/** The engine behind the window, in its process or in another. */
export function windowHost(): Host {
  let calls = 0;
  let painted: () => void = () => undefined;
  // Listening costs calls, and the first list is waited for: nothing is listened to before it stands.
  const firstList = new Promise<void>((done) => (painted = done));

  async function ask<T>(command: string, input: Record<string, unknown> = {}, named = command): Promise<T> {
    calls += 1;
    try {
      return await invoke<T>(command, input);
    } catch (said) {
      throw refusal(said, named);
    }
  }

  function heard<T>(event: string, told: (payload: T) => void): () => void {
    const listening = firstList.then(() => listen<T>(event, (one) => told(one.payload)));
    return () => {
      void listening.then((end) => end()).catch(() => undefined);
    };
  }

  const call = <C extends CommandName>(command: C, input: Input<C>) => ask<Output<C>>("call", { command: { ...input, command } }, command);

  function events(onTags: (tags: string[]) => void, onLink: (up: boolean) => void = () => undefined) {
    const ends = [
      heard<{ tags: string[] }>("changed", ({ tags }) => onTags(tags)),
      heard<boolean>("line", (up) => {
        onLink(up);
        if (up) onTags(["*"]); // what changed in between is unknown
      }),
    ];
    // What changed between the first list and the first listening is unknown as well.
    void firstList.then(() => onTags(["*"]));
    return () => ends.forEach((end) => end());
  }

  const desk: Desk = {
    ready: () => ask<{ place: Place; to: Destination | null }>("ready", { ipcCalls: calls }).finally(painted),
    onPlace: (told) => heard<Place>("place", told),
    onNavigate: (told) => heard<Destination>("navigate", told),
    onNotOpened: (told) => heard<NotOpened>("not_opened", told),
    join: (link) => ask<Place>("join", { link }),
    leave: () => ask<Place>("leave"),
    findEngine: () => ask<Place>("find_engine"),
    openDataFolder: () => ask<null>("open_data_folder").then(() => undefined),
    thisComputer: () => ask<ThisComputer>("this_computer"),
    choose: (choice) => ask<ThisComputer>("choose", { choice }),
  };

  return { call, events, me: () => ask<Me>("me"), desk };
}
