import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { faults, first, show } from "./show";

type Shown = ReturnType<typeof show>;

/** The first connection stops because another engine writes to the same CRM. */
async function stop({ host }: Shown) {
  const [one] = await host.call("connection_list", {});
  const all = await host.call("connection_pause", { name: first(one ? [one] : []).name });
  expect(all.paused?.kind).toBe("by_hand");
  host.stopForAnother(all.name);
  return all.name;
}

describe("another engine at the same CRM", () => {
  it("is told in the rail, in integrations and in deliveries, with what is safe", async () => {
    const shown = show("/integrations");
    const name = await stop(shown);
    await screen.findByText("stopped: another engine", { selector: "nav small" });
    expect(await screen.findByText(/another engine writes to it/)).toBeInTheDocument();
    expect(screen.getByText(/Nothing is lost: 3 conversations wait/)).toBeInTheDocument();
    expect(await faults()).toEqual([]);
    shown.history.push("/deliveries");
    await screen.findByRole("heading", { name: "Deliveries" });
    await screen.findByText(/another engine writes to it/);
    shown.history.push(`/integrations/${name}`);
    await screen.findByText(/another engine writes to it/);
    expect(screen.queryByRole("button", { name: "Resume" }), "to resume is not the way on: a person decides who delivers").not.toBeInTheDocument();
  });

  it("says what taking over means before it is done, and does it only when the other is stopped", async () => {
    const shown = show("/integrations");
    const name = await stop(shown);
    await shown.user.click(await screen.findByRole("button", { name: "Take over here…" }));
    const sheet = await screen.findByRole("dialog", { name: `Take ${name} over here?` });
    await within(sheet).findByText(/each is held, and you deliver or discard it/);
    expect(await faults()).toEqual([]);
    const act = within(sheet).getByRole("button", { name: "Take over here" });
    expect(act, "two that deliver at once are what the stop is for").toBeDisabled();
    await shown.user.click(within(sheet).getByRole("checkbox", { name: "The other engine is stopped" }));
    expect(shown.host.calls.some((call) => call.command === "connection_take_over")).toBe(false);
    await shown.user.click(act);
    await waitFor(() => expect(screen.queryByText(/another engine writes to it/)).not.toBeInTheDocument());
    expect(shown.host.calls.find((call) => call.command === "connection_take_over")?.input).toEqual({ name });
  });

  it("leads to joining the other one", async () => {
    const shown = show("/deliveries");
    await stop(shown);
    await shown.user.click(await screen.findByRole("button", { name: "Join the other engine…" }));
    await screen.findByRole("dialog", { name: "Join a team server" });
  });

  it("tells an agent to ask an admin", async () => {
    const shown = show("/deliveries", { role: "agent" });
    await stop(shown);
    await screen.findByText(/Ask an admin to join the other engine/);
    expect(screen.queryByRole("button", { name: /Take over here/ })).not.toBeInTheDocument();
  });
});
