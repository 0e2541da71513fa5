import { createMemoryHistory } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { App } from "../src/app/App";
import type { CommandName } from "../src/host";
import { fakeHost, type Fake } from "../src/host/fake";

type Options = NonNullable<Parameters<typeof fakeHost>[0]>;

/** The whole console over the fake host, at one address. */
export function show(path: string, options: Options = {}) {
  const host = fakeHost(options);
  const root = document.createElement("div");
  root.id = "root";
  document.body.replaceChildren(root);
  document.documentElement.lang = "en";
  const history = createMemoryHistory({ initialEntries: [path] });
  const screen = render(<App host={host} history={history} again={200} />, { container: root });
  return { host, history, user: userEvent.setup(), ...screen };
}

/** Keeps the answers of a command back until they are let go. */
export function hold(host: Fake, command: CommandName) {
  const call = host.call;
  const waiting: (() => void)[] = [];
  let held = true;
  host.call = (async (named: CommandName, input: never) => {
    if (named === command && held) await new Promise<void>((go) => waiting.push(go));
    return call(named, input);
  }) as Fake["call"];
  return {
    /** Lets go of the next one. */
    next: () => waiting.shift()?.(),
    /** Holds nothing back any more. */
    all() {
      held = false;
      for (const go of waiting.splice(0)) go();
    },
    asked: () => waiting.length,
  };
}

/** jsdom paints nothing: contrast is measured in a browser. */
export async function faults(): Promise<string[]> {
  const found = await axe.run(document.body, { rules: { "color-contrast": { enabled: false }, region: { enabled: false }, "label-content-name-mismatch": { enabled: true } } });
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 120)).join(" | ")}`);
}

/** The first of them; there must be one. */
export function first<T>(all: T[] | undefined): T {
  const one = all?.[0];
  if (one === undefined) throw new Error("there is none");
  return one;
}
