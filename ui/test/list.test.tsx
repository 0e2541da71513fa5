import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { sessionRows } from "../src/host/fake-data";
import { CallError } from "../src/host";
import { faults, first, hold, show } from "./show";

const many = (count: number) => {
  const [first] = sessionRows();
  if (!first) throw new Error("no rows");
  return Array.from({ length: count }, (_, i) => ({ ...first, id: `ses_${i}`, contact_name: `Person ${i}`, last_at: new Date(Date.now() - i * 1_000).toISOString() }));
};
const chosen = () => screen.getAllByRole("option").find((row) => row.getAttribute("aria-selected") === "true")?.querySelector(".nm")?.textContent ?? "";

describe("the list of sessions", () => {
  it("names a row by what stands in it, so that whoever speaks its words finds it", async () => {
    show("/inbox/all");
    const row = await screen.findByRole("option", { name: /^Lucía/ });
    expect(row).toHaveAccessibleName(/Yours.*WhatsApp.*reembolso.*Creatio.*SR00010482.*1 ?reply ?held.*Parked/);
    expect(await faults()).toEqual([]);
  });

  it("moves with J and K, and the list keeps the focus with the arrows", async () => {
    const { user } = show("/inbox/all");
    await screen.findByRole("option", { name: /^Lucía/ });
    await user.keyboard("j");
    await waitFor(() => expect(chosen()).toMatch(/^Lucía/));
    await user.keyboard("j");
    await waitFor(() => expect(chosen()).toMatch(/^Chidi/));
    await user.keyboard("k");
    await waitFor(() => expect(chosen()).toMatch(/^Lucía/));
    const list = screen.getByRole("listbox", { name: /Sessions/ });
    list.focus();
    await user.keyboard("{ArrowDown}");
    await waitFor(() => expect(chosen()).toMatch(/^Chidi/));
    expect(list).toHaveFocus();
    expect(list.getAttribute("aria-activedescendant")).toBe(screen.getByRole("option", { selected: true }).id);
  });

  it("mounts a window of a long list and reads further pages by itself", async () => {
    const { host, user } = show("/inbox/all", { rows: many(300) });
    await screen.findByRole("option", { name: /^Person 0,/ });
    expect(screen.getAllByRole("option").length).toBeLessThanOrEqual(60);
    const list = screen.getByRole("listbox", { name: /Sessions/ });
    list.focus();
    await user.keyboard("{End}");
    await waitFor(() => expect(host.calls.some((call) => call.command === "sessions_list" && call.input.cursor === "50")).toBe(true));
    expect(screen.getAllByRole("option").length).toBeLessThanOrEqual(60);
  });

  it("shows a conversation that came up while the list was read further", async () => {
    const { host, user } = show("/inbox/all", { rows: many(120) });
    await screen.findByRole("option", { name: /^Person 0,/ });
    const list = screen.getByRole("listbox", { name: /Sessions/ });
    list.focus();
    const held = hold(host, "sessions_list");
    const late = first(host.rows.filter((one) => one.contact_name === "Person 110"));
    late.last_at = new Date(Date.now() + 60_000).toISOString();
    act(() => host.tell("sessions"));
    await waitFor(() => expect(held.asked(), "the list is read again").toBe(1));
    await user.keyboard("{End}");
    await waitFor(() => expect(held.asked(), "and before that is there, its next page is wanted").toBe(2));
    held.all();
    await waitFor(() => expect(screen.queryByRole("option", { name: /^Person 49,/ })).not.toBeNull());
    await user.keyboard("{Home}");
    await screen.findByRole("option", { name: /^Person 110,/ });
  });

  it("searches while typing, and offers to clear a search that finds nothing", async () => {
    const { user, host } = show("/inbox/all");
    await screen.findByRole("option", { name: /^Lucía/ });
    await user.keyboard("/");
    const field = screen.getByRole("searchbox", { name: /Search people/ });
    expect(field).toHaveFocus();
    await user.type(field, "Okonkwo");
    await waitFor(() => expect(screen.getAllByRole("option")).toHaveLength(1));
    expect(host.calls.filter((call) => call.command === "sessions_list").length).toBeLessThan(4);
    await user.type(field, "zzz");
    await user.click(await screen.findByRole("button", { name: "Clear search" }));
    await screen.findByRole("option", { name: /^Lucía/ });
  });

  it("says when the results end before everything was searched", async () => {
    const { user } = show("/inbox/all");
    await screen.findByRole("option", { name: /^Lucía/ });
    await user.type(screen.getByRole("searchbox", { name: /Search people/ }), "o");
    await screen.findByText(/older ones may exist/);
  });

  it("keeps the old rows when the engine stops answering, and says how old they are", async () => {
    const { host } = show("/inbox/all");
    await screen.findByRole("option", { name: /^Lucía/ });
    host.fail("sessions_list", new CallError("unreachable", "The engine does not answer."));
    host.tell("sessions");
    await screen.findByText(/List as of/);
    expect(screen.getByRole("option", { name: /^Lucía/ })).toBeInTheDocument();
    host.fail("sessions_list", null);
    await waitFor(() => expect(screen.queryByText(/List as of/)).not.toBeInTheDocument(), { timeout: 3_000 });
  });

  it("names an error in the list's own pane when there is nothing older to show", async () => {
    const { host } = show("/inbox/all", { delay: 60 });
    host.fail("sessions_list", new CallError("unreachable", "The engine does not answer."));
    const list = await screen.findByRole("region", { name: "Sessions" });
    await within(list).findByText("The list could not be read");
  });

  it("shows people's words as text, whatever they are", async () => {
    show("/inbox/all?s=ses_70474");
    const log = await screen.findByRole("log");
    await within(log).findAllByText("<img src=x onerror=alert(document.domain)> [click](javascript:alert(1))");
    expect(document.querySelector("img, script")).toBeNull();
    expect(document.querySelector("a[href^=javascript]")).toBeNull();
    expect(screen.getAllByText("Mallory <script>alert(1)</script>").length).toBeGreaterThan(0);
  });
});
