import { act, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { httpHost } from "../src/host/http";
import { patienceFor } from "../src/host/patience";
import { show } from "./show";

describe("a line that is lost", () => {
  it("makes everything be asked once, however often it is tried to get it back, and once more when it is back", async () => {
    const { host } = show("/inbox/all");
    await screen.findByRole("listbox", { name: /^Sessions/ });
    const asked = () => host.calls.filter((one) => one.command === "sessions_list").length;
    const before = asked();
    act(() => host.line(false));
    await waitFor(() => expect(asked()).toBe(before + 1));
    for (let tries = 0; tries < 4; tries += 1) act(() => host.line(false));
    act(() => host.line(true));
    await waitFor(() => expect(asked(), "once when it was lost, once when it was back").toBe(before + 2));
    act(() => host.line(false));
    await waitFor(() => expect(asked(), "lost again is lost anew").toBe(before + 3));
  });
});

describe("how long an answer is waited for", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  it("is longer where a model or a CRM answers, so that the page does not give up on calls that are paid for", async () => {
    vi.stubGlobal("fetch", async () => Response.json({ token: "t" }));
    const waits = vi.spyOn(AbortSignal, "timeout");
    const host = httpHost();
    await host.call("sessions_counts", {});
    const usual = waits.mock.lastCall?.[0];
    await host.call("analyst_test", {});
    const model = waits.mock.lastCall?.[0] ?? 0;
    expect(usual).toBe(30_000);
    expect(model, "the engine gives a model 60 s").toBeGreaterThan(60_000);
    for (const slow of ["mappings_dry_run", "sign_in_paste", "sign_in_begin", "connection_test", "connection_try_and_add", "connection_try_and_set", "kit_deploy", "kit_progress", "kit_state"]) {
      expect(patienceFor(slow), slow).toBe(model);
    }
  });
});
