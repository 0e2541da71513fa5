import { httpHost } from "./http";
import type { Host } from "./types";
import { inWindow, windowHost } from "./window";

export type { CommandName, Input, Output } from "./commands";
export { asCallError, CallError, type Choice, type Desk, type Destination, type Host, type NotOpened, type Notify, type Place, type ThisComputer } from "./types";

/** The host of this page. The fake is for development only and never part of a build. */
export async function chooseHost(): Promise<Host> {
  if (import.meta.env.DEV && new URLSearchParams(location.search).has("fake")) {
    const { fakeHost } = await import("./fake");
    return fakeHost();
  }
  return inWindow() ? windowHost() : httpHost();
}
