import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { CallError } from "../src/host";
import { faults, first, show } from "./show";

describe("trace and deliveries", () => {
  it("answers first; an answer leads to its step", async () => {
    const { user } = show("/trace?s=ses_70482");
    const answers = await screen.findByRole("group", { name: "Answers, Creatio" });
    expect(within(answers).getAllByRole("button")).toHaveLength(5);
    await user.click(within(answers).getByRole("button", { name: /Is there a case/ }));
    await waitFor(() => expect(screen.getByRole("option", { selected: true })).toHaveAccessibleName(/POST ?\/0\/odata\/Case ?, ?201/));
    expect(screen.getByText(/"Number": "SR00010482"/)).toBeInTheDocument();
    await user.keyboard("p");
    await waitFor(() => expect(screen.getByRole("option", { selected: true })).toHaveAccessibleName(/CaseFile.*403/));
  });

  it("finds a session by what is pasted, and says when it cannot", async () => {
    const { user, host } = show("/trace");
    const field = await screen.findByRole("searchbox", { name: /Session id/ });
    await user.type(field, "nothing{Enter}");
    await screen.findByText("Nothing is known as “nothing”.");
    await user.clear(field);
    await user.type(field, "https://northwind-crm.example/x/SR00010482{Enter}");
    await screen.findByRole("group", { name: "Answers, Creatio" });
    expect(host.calls.filter((call) => call.command === "find")).toHaveLength(2);
  });

  it("counts before it retries", async () => {
    const { user, host } = show("/deliveries");
    const parked = await screen.findByRole("region", { name: /CaseFile/ });
    await user.click(within(parked).getByRole("button", { name: /Retry 1/ }));
    const sheet = await screen.findByRole("complementary", { name: "Retry 1 delivery?" });
    expect(sheet).toHaveTextContent("0messages to customers");
    expect(host.calls.some((call) => call.command === "lanes_retry")).toBe(false);
    await user.click(within(sheet).getByRole("button", { name: /Retry 1 delivery/ }));
    await screen.findByText("1 delivery is tried again");
    expect(host.calls.find((call) => call.command === "lanes_retry")?.input).toEqual({ session: "ses_70482", connection: "Creatio" });
  });

  it("leaves one refused item out, and parks one delivery with a reason", async () => {
    const { user, host } = show("/deliveries");
    const parked = await screen.findByRole("region", { name: /CaseFile/ });
    await user.click(first(within(parked).getAllByRole("button", { name: /Act on/ })));
    let sheet = await screen.findByRole("dialog", { name: /Delivery of/ });
    expect(sheet).toHaveTextContent("0 messages to customers");
    await user.click(within(sheet).getByRole("button", { name: /Skip the refused item/ }));
    await screen.findByText("The item is left out");
    expect(host.calls.find((call) => call.command === "lanes_skip")?.input).toEqual({ lane: { session: "ses_70482", connection: "Creatio" } });
    const failing = await screen.findByRole("region", { name: /503/ });
    await user.click(first(within(failing).getAllByRole("button", { name: /Act on/ })));
    sheet = await screen.findByRole("dialog", { name: /Delivery of/ });
    await user.type(within(sheet).getByRole("textbox", { name: "Why it is parked" }), "asked to wait");
    await user.click(within(sheet).getByRole("button", { name: "Park" }));
    await waitFor(() => expect(host.calls.find((call) => call.command === "lanes_park")?.input).toMatchObject({ why: "asked to wait" }));
  });

  it("shows the columns that a CRM refuses in its own words, and leads to the mapping", async () => {
    const { user, host, history } = show("/deliveries");
    const fields = await screen.findByRole("region", { name: "Fields that the CRM refused" });
    const one = within(fields).getByRole("region", { name: "Refund amount in Creatio" });
    expect(one).toHaveTextContent("left out of 14 conversations");
    expect(within(one).getByText(/does not have permissions for the "Case.UsrRefundAmount" column/).tagName).toBe("CODE");
    expect(one).toHaveTextContent("Grant the connection's user the right to change this column");
    expect(within(one).getByRole("link", { name: /Lucía/ })).toHaveAttribute("href", expect.stringContaining("/trace?s=ses_70482"));
    await user.click(screen.getByRole("button", { name: /^Fields 1/ }));
    expect(screen.queryByRole("region", { name: "Parked" })).not.toBeInTheDocument();
    await user.type(screen.getByRole("searchbox"), "another column");
    await screen.findByText("Nothing matches “another column”");
    await user.click(screen.getByRole("button", { name: "Clear filter" }));
    await user.click(await screen.findByRole("link", { name: "Open mapping" }));
    await waitFor(() => expect(history.location.href).toBe("/mappings?c=Creatio&m=UsrRefundAmount"));
    expect(host.calls.some((call) => call.command === "fields_refused")).toBe(true);
  });

  it("shows nothing of refused fields when there are none, and says when they cannot be read", async () => {
    const { host } = show("/deliveries", { rows: [] });
    await screen.findByText("Nothing is stuck");
    expect(screen.queryByRole("region", { name: "Fields that the CRM refused" })).not.toBeInTheDocument();
    expect(screen.queryByRole("button", { name: /^Fields/ })).not.toBeInTheDocument();
    host.fail("fields_refused", new CallError("internal", "The store did not answer."));
    host.tell("lanes");
    await screen.findByText(/The store did not answer/);
  });

  it("finds a conversation from anywhere", async () => {
    const { user, history } = show("/settings");
    await screen.findByRole("heading", { name: "Settings" });
    await user.keyboard("{Control>}k{/Control}");
    const box = await screen.findByRole("dialog", { name: "Find or run" });
    await user.type(within(box).getByRole("combobox"), "10479");
    await waitFor(() => expect(within(box).getAllByRole("option")[0]).toHaveTextContent("SR00010479"));
    await user.keyboard("{Enter}");
    await waitFor(() => expect(history.location.href).toContain("/inbox/all"));
    await screen.findByText("Nobody holds this conversation.");
  });
});

describe("every screen is free of faults that a machine can find", () => {
  const screens: [string, string | RegExp][] = [
    ["/inbox/all", "No conversation is open"], ["/inbox/all?s=ses_70482", "You hold this conversation."], ["/inbox/all?s=ses_70479", "AI holds this conversation."],
    ["/trace?s=ses_70482", "Copy as text"], ["/trace", /Find a conversation/], ["/deliveries", "waits for a person"], ["/links", "SR00010482"], ["/integrations", "Connect Salesforce"],
    ["/integrations/Creatio", "Health"], ["/integrations/new", "Test & Save"], ["/diagnostics", "2 things need you."], ["/settings", "Profile name"], ["/welcome", "Start the sandbox"],
  ];
  it.each(screens)("%s", async (path, sign) => {
    show(path);
    await screen.findAllByText(sign);
    expect(await faults()).toEqual([]);
  });

  it("shortcuts", async () => {
    const { user } = show("/settings");
    await screen.findByRole("heading", { name: "Settings" });
    await user.keyboard("?");
    await screen.findByRole("dialog", { name: "Keyboard shortcuts" });
    expect(await faults()).toEqual([]);
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  });
});
