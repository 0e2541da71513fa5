import { createMemoryHistory } from "@tanstack/react-router";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { App } from "../src/app/App";
import { CallError, type Desk, type Destination, type Place, type ThisComputer } from "../src/host";
import { fakeHost } from "../src/host/fake";
import { faults, show } from "./show";

const own: Place = { kind: "own", url: null, pid: null, kept: false, gone: false, problem: null };
const computer: ThisComputer = { close_to_tray: true, notify: { handed_off: true, parked: true, held: true, broken: true }, autostart: false, tray: false, data_folder: "~/.local/share/casebridge", place: own };

/** A window around the page: what the page asks of it is remembered, and it can tell things. */
function showInWindow(path: string, place: Place = own, to: Destination | null = null) {
  let now = { ...computer, place };
  const heard: { place?: (place: Place) => void; navigate?: (to: Destination) => void } = {};
  const hear = <K extends keyof typeof heard>(name: K) => (told: NonNullable<(typeof heard)[K]>) => {
    heard[name] = told;
    return () => undefined;
  };
  const desk: Desk = {
    ready: vi.fn(async () => ({ place, to })),
    onPlace: hear("place"), onNavigate: hear("navigate"), onNotOpened: () => () => undefined,
    join: vi.fn(async (link: string) => {
      if (!link.startsWith("https://")) throw new CallError("invalid", "This is no link into a console.", "Paste the whole line.");
      return { ...own, kind: "joined" as const, url: "https://cases.example", kept: true };
    }),
    leave: vi.fn(async () => own), findEngine: vi.fn(async () => own), openDataFolder: vi.fn(async () => undefined),
    thisComputer: async () => now,
    choose: vi.fn(async (choice) => (now = { ...now, ...choice })),
  };
  const host = { ...fakeHost(), desk };
  const root = document.createElement("div");
  root.id = "root";
  document.body.replaceChildren(root);
  document.documentElement.lang = "en";
  const history = createMemoryHistory({ initialEntries: [path] });
  render(<App host={host} history={history} again={200} />, { container: root });
  return { desk, heard, history, user: userEvent.setup() };
}

describe("the window around the page", () => {
  it("is told once the first list stands, and leads where the program was started for", async () => {
    const { desk, history } = showInWindow("/inbox/all", own, { kind: "deliveries" });
    await waitFor(() => expect(desk.ready).toHaveBeenCalledOnce());
    await waitFor(() => expect(history.location.pathname).toBe("/deliveries"));
  });

  it("follows links to conversations and cases, and says when one is not understood", async () => {
    const { heard, history, user } = showInWindow("/settings");
    await screen.findByText("This computer");
    heard.navigate?.({ kind: "case", id: "SR00010482" });
    await waitFor(() => expect(history.location.search).toContain("ses_70482"));
    heard.navigate?.({ kind: "refused" });
    await screen.findByText(/That link was not understood/);
    await user.click(screen.getByRole("button", { name: "Close" }));
    expect(screen.queryByText(/That link was not understood/)).toBeNull();
  });

  it("says that the engine beside it stopped, and starts its own", async () => {
    const beside: Place = { ...own, kind: "beside", url: "http://127.0.0.1:4180", pid: 4711 };
    const { desk, heard, user } = showInWindow("/inbox/all", beside);
    await screen.findByText("at 127.0.0.1:4180, process 4711");
    heard.place?.({ ...beside, gone: true });
    await screen.findByText("The engine at http://127.0.0.1:4180 has stopped.");
    await user.click(screen.getByRole("button", { name: "Start it here" }));
    expect(desk.findEngine).toHaveBeenCalledOnce();
    await waitFor(() => expect(screen.queryByText(/has stopped/)).toBeNull());
  });

  it("joins a server by a link, after it has said what is wrong with another", async () => {
    const { desk, user, history } = showInWindow("/settings");
    await user.click(await screen.findByRole("button", { name: "Join a team server…" }));
    const sheet = await screen.findByRole("dialog", { name: "Join a team server" });
    const field = within(sheet).getByRole("textbox", { name: "Console link" });
    await user.type(field, "mary{Enter}");
    await within(sheet).findByText(/This is no link into a console. Paste the whole line./);
    expect(await faults()).toEqual([]);
    await user.clear(field);
    await user.type(field, "https://cases.example/console/enter?link=a{Enter}");
    await waitFor(() => expect(history.location.pathname).toBe("/inbox/all"));
    expect(desk.join).toHaveBeenCalledTimes(2);
    await screen.findByText("Team server");
  });

  it("keeps what is chosen for this computer", async () => {
    const { desk, user } = showInWindow("/settings");
    const held = await screen.findByRole("switch", { name: /Held replies/ });
    await user.click(held);
    expect(desk.choose).toHaveBeenCalledWith({ notify: { handed_off: true, parked: true, held: false, broken: true } });
    await waitFor(() => expect(screen.getByRole("switch", { name: /Held replies/ })).toHaveAttribute("aria-checked", "false"));
    expect(screen.getByText(/This desktop shows no tray icons/)).toBeInTheDocument();
  });

  it("is not there in a browser, which opens links by itself", async () => {
    const { user } = show("/welcome");
    await user.click(await screen.findByRole("button", { name: /Join a team server/ }));
    const sheet = await screen.findByRole("dialog", { name: "Join a team server" });
    expect(sheet).toHaveTextContent("Open the link that the server's admin made for you in this browser.");
    expect(within(sheet).queryByRole("textbox")).toBeNull();
  });
});
