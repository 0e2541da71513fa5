import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { CallError } from "../src/host";
import { faults, show } from "./show";

const log = () => screen.findByRole("region", { name: /^Log/ });

describe("the log of the engine", () => {
  it("is turned up for one area, until the next restart", async () => {
    const { user, host } = show("/diagnostics");
    await user.selectOptions(await within(await log()).findByLabelText(/CRM calls/), "debug");
    expect(await within(await log()).findByText("until the next restart")).toBeInTheDocument();
    expect(host.calls.find((call) => call.command === "log_set")?.input).toEqual({ area: "crm", level: "debug", keep: false });
    expect(await faults()).toEqual([]);
  });

  it("is kept over restarts when that is asked for, and goes back", async () => {
    const { user, host } = show("/diagnostics");
    await user.click(await within(await log()).findByRole("checkbox"));
    await user.selectOptions(within(await log()).getByLabelText(/Store/), "trace");
    expect(await within(await log()).findByText("kept over restarts")).toBeInTheDocument();
    await user.selectOptions(within(await log()).getByLabelText(/Store/), "");
    await screen.findByText("Store: as at the start");
    expect(host.calls.filter((call) => call.command === "log_set").at(-1)?.input).toEqual({ area: "store", keep: true });
  });

  it("says what failed, and that nothing changed", async () => {
    const { user, host } = show("/diagnostics");
    host.fail("log_set", new CallError("unavailable", "The store is full", "Free some space."));
    await user.selectOptions(await within(await log()).findByLabelText(/Doors/), "warn");
    expect(await within(await log()).findByRole("alert")).toHaveTextContent("The store is full. Free some space. Nothing changed.");
  });

  it("is the admins' alone", async () => {
    const { host } = show("/diagnostics", { role: "agent" });
    await screen.findByText("Data folder");
    expect(screen.queryByRole("region", { name: /^Log/ })).not.toBeInTheDocument();
    expect(host.calls.some((call) => call.command === "log_show")).toBe(false);
  });
});
