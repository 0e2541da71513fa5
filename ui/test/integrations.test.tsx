import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { CallError } from "../src/host";
import { called } from "../src/host/fake-integrations";
import { casesOf } from "../src/features/integrations/ModeStep";
import { changeOf, formOf, pageOf, settingsOf } from "../src/features/integrations/form";
import { recipes } from "../src/features/integrations/recipes";
import { faults, show } from "./show";

const box = (name: string | RegExp) => screen.findByLabelText(name, { selector: "input" });
const fill = async (name: string | RegExp, value: string) => fireEvent.change(await box(name), { target: { value } });

async function connect(secret: string, url = "northwind-crm.example") {
  const shown = show("/integrations/new");
  const { user } = shown;
  await fill("Instance URL", url);
  await fill("Client ID", "3F7A09C1D2E84B5F9A6610C7E2B4D851");
  await fill("Client secret", secret);
  await user.click(screen.getByText("Test & Save"));
  return shown;
}

describe("setting Creatio up", () => {
  it.each([
    ["wrong", "northwind-crm.example", /does not accept this client id and secret/, /Get a token/],
    ["grant", "northwind-crm.example", /change the grant type/i, /Get a token/],
    ["page", "northwind-crm.example", /Wrong Identity Service address/, /Get a token/],
    ["right", "shop.example", /it is not a Creatio/, /Find its identity service/],
    ["right", "away.example", /Creatio did not answer/, /Find its identity service/],
  ])("names the cause (%s at %s), stops there, and stores nothing", async (secret, url, cause, stopped) => {
    const { host } = await connect(secret, url);
    await screen.findByText(cause);
    expect(screen.getByText(/Nothing was saved\./)).toBeInTheDocument();
    const gates = within(screen.getByRole("list", { name: "What was tested" }));
    expect(gates.getByText(stopped).closest("li")).toHaveTextContent(/Missing/);
    expect(gates.getByText(/Rights on 5 objects/).closest("li")).toHaveTextContent("not reached");
    expect((await host.call("connection_list", {})).length).toBe(2);
  });

  it("shows the right that is missing, and calls nothing proven that was not", async () => {
    await connect("rights");
    const table = await screen.findByRole("table", { name: "Rights in Creatio" });
    const kase = within(table).getByRole("row", { name: /^Case Yes/ });
    expect(within(kase).getAllByRole("cell").map((cell) => cell.textContent)).toEqual(["Case", "Yes", "Missing", "Not proven"]);
    expect(within(table).getByRole("row", { name: /^Contact Yes/ })).toHaveTextContent("Not needed");
    expect(await faults()).toEqual([]);
  });

  it("leads on to the other steps when the test was good", async () => {
    const { history } = await connect("right");
    await waitFor(() => expect(history.location.pathname).toBe("/integrations/Creatio"));
    await screen.findByText("Who gets it, and what its states mean");
  });

  it("signs a person in: it waits for the browser, takes the address by hand as well, and refuses a wrong one in words", async () => {
    const { user, host, history } = show("/integrations/new");
    await user.click(await screen.findByRole("radio", { name: /Sign in as yourself/ }));
    expect(await box("Redirect URI")).toHaveValue("http://localhost:4182/oauth/creatio/callback");
    await fill("Instance URL", "northwind-crm.example");
    await fill("Client ID", "3F7A09C1D2E84B5F9A6610C7E2B4D851");
    await fill("Name", "Mine");
    await user.click(screen.getByRole("button", { name: /^Sign in, test & save/ }));
    const link = await screen.findByRole("link", { name: "Open the sign-in" });
    expect(link).toHaveAttribute("href", expect.stringContaining("/connect/authorize"));
    expect(screen.getByText(/This page goes on by itself when the browser comes back/)).toBeInTheDocument();
    expect(await faults()).toEqual([]);
    await user.click(screen.getByText("Creatio shows an error, or nothing happens"));
    await fill("Final address", "nothing");
    await user.click(screen.getByRole("button", { name: "Finish the sign-in" }));
    await screen.findByText(/There is no code in what was pasted/);
    await fill("Final address", "http://localhost:4182/oauth/creatio/callback?code=abc");
    await user.click(screen.getByRole("button", { name: "Finish the sign-in" }));
    await waitFor(() => expect(history.location.pathname).toBe("/integrations/Mine"));
    const sent = host.calls.find((call) => call.command === "sign_in_begin")?.input;
    expect(sent).toMatchObject({ way: "loopback", add: { kind: "creatio", name: "Mine", settings: { auth: { kind: "authorization_code", redirect_uri: "http://localhost:4182/oauth/creatio/callback" } } } });
  });

  it("lets the browser come back to the public address, which the application must know then", async () => {
    const { user, host } = show("/integrations/new");
    await user.click(await screen.findByRole("radio", { name: /Sign in as yourself/ }));
    await user.click(await screen.findByRole("radio", { name: /To the public address/ }));
    expect(await box("Redirect URI")).toHaveValue("https://hooks.example/oauth/creatio/callback");
    await fill("Instance URL", "northwind-crm.example");
    await fill("Client ID", "3F7A09C1D2E84B5F9A6610C7E2B4D851");
    await user.click(screen.getByRole("button", { name: /^Sign in, test & save/ }));
    await screen.findByRole("link", { name: "Open the sign-in" });
    const sent = host.calls.find((call) => call.command === "sign_in_begin")?.input;
    expect(sent).toMatchObject({ way: "public", add: { settings: { auth: { redirect_uri: "https://hooks.example/oauth/creatio/callback" } } } });
  });
});

describe("stand-ins", () => {
  it("starts a stand-in org from Integrations, and then leads to its pages", async () => {
    const { user, host } = show("/integrations");
    await user.click(await screen.findByRole("button", { name: "Start the stand-in Salesforce org" }));
    expect(await screen.findByRole("link", { name: "Open its pages: stand-in Salesforce org" })).toHaveAttribute("href", "http://127.0.0.1:8098/");
    expect(host.calls.find((call) => call.command === "sandbox_start")?.input).toEqual({ kind: "salesforce" });
    expect(screen.getByRole("button", { name: "Start the stand-in Creatio" })).toBeEnabled();
    expect(await faults()).toEqual([]);
  });

  it("are for admins to start", async () => {
    show("/integrations", { role: "agent" });
    await screen.findByRole("link", { name: /Salesforce/ });
    expect(screen.queryByRole("button", { name: /stand-in/ })).toBeNull();
  });
});

describe("changing a connection", () => {
  it("sends only what was changed, and keeps the rest as it was", async () => {
    const { user, host } = show("/integrations/Creatio");
    const owner = await screen.findByLabelText("Owner");
    await user.selectOptions(owner, await within(owner).findByText("Daniel Reyes"));
    await user.keyboard("{Control>}{Enter}{/Control}");
    await screen.findByText("Saved");
    const sent = host.calls.find((call) => call.command === "connection_try_and_set")?.input;
    expect(sent).toEqual({ name: "Creatio", settings: { owner: "33333333-0000-4000-8000-000000000011" } });
  });

  it("asks before changes are lost, and keeps them for whoever stays", async () => {
    const { user, history } = show("/integrations/Creatio");
    await fill("Calls a day in your plan", "100005");
    history.push("/settings");
    const sheet = await screen.findByRole("dialog", { name: "Leave without saving?" });
    await user.click(within(sheet).getByRole("button", { name: "Stay" }));
    expect(await box("Calls a day in your plan")).toHaveValue("100005");
    history.push("/settings");
    await user.click(await screen.findByRole("button", { name: /Leave, and lose/ }));
    await screen.findByRole("heading", { name: "Settings" });
  });

  it("makes no task a reply before somebody has seen what would be delivered", async () => {
    const { user, host } = show("/integrations/Creatio");
    await user.click(await screen.findByRole("button", { name: "Make some tasks replies" }));
    const rule = await screen.findByRole("group", { name: "Rule 1 for tasks" });
    await user.selectOptions(within(rule).getByRole("combobox", { name: "Category" }), await within(rule).findByRole("option", { name: "Reply to customer" }));
    await user.click(screen.getByRole("button", { name: /Test & Save/ }));
    await screen.findByText(/Nobody has looked at what these tasks would deliver/);
    expect(host.calls.some((call) => call.command === "connection_try_and_set")).toBe(false);
    await user.click(screen.getByRole("button", { name: "Show what would have been delivered" }));
    expect(await screen.findByRole("region", { name: "What would have been delivered" })).toHaveTextContent("Call her back");
    await user.click(screen.getByRole("button", { name: /Test & Save/ }));
    await screen.findByText("Saved");
    expect(host.calls.find((call) => call.command === "connection_try_and_set")?.input.settings).toEqual({ replies: { emails: "recorded", portal: true, tasks: [{ category: "33333333-0000-4000-8000-000000000032" }] } });
  });

  it("takes a pasted id where Creatio shows no list", async () => {
    const { user, host } = show("/integrations/Creatio");
    host.fail("crm_choices", new CallError("crm", "SysAdminUnit is closed", "type the id", null, 502));
    const owner = await box("Owner");
    await user.click(owner);
    fireEvent.change(owner, { target: { value: "not an id" } });
    await user.tab();
    await screen.findByText(/This is not an id of Creatio/);
  });

  it("counts what a removal stops and what stays before it is done", async () => {
    const { user, history } = show("/integrations/Creatio");
    await user.click(await screen.findByRole("button", { name: "Disconnect…" }));
    const sheet = await screen.findByRole("dialog", { name: "Disconnect Creatio?" });
    await within(sheet).findByText("1,204");
    expect(sheet).toHaveTextContent("0 messages to customers");
    await user.click(within(sheet).getByRole("button", { name: "Disconnect" }));
    const gone = await screen.findByRole("dialog", { name: "Creatio is disconnected" });
    expect(within(gone).getByRole("listitem")).toHaveTextContent("The business process");
    await user.click(within(gone).getByRole("button", { name: "Done" }));
    await waitFor(() => expect(history.location.pathname).toBe("/integrations"));
  });

  it("pauses by hand and goes on", async () => {
    const { user } = show("/integrations/Creatio");
    await user.click(await screen.findByRole("button", { name: "Pause" }));
    await screen.findByText(/was paused by hand/);
    await user.click(screen.getByRole("button", { name: "Resume" }));
    await waitFor(() => expect(screen.queryByText(/was paused by hand/)).not.toBeInTheDocument());
  });
});

describe("webhook and recipe", () => {
  it("hides a revealed address after thirty seconds", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    try {
      const { user } = show("/integrations/Creatio");
      const hook = (await screen.findByText("Webhook", { selector: "h2" })).closest("section") as HTMLElement;
      await user.click(within(hook).getByRole("button", { name: "Reveal" }));
      await within(hook).findByText(/3b1ffa209f2c/);
      await vi.advanceTimersByTimeAsync(31_000);
      await waitFor(() => expect(within(hook).queryByText(/3b1ffa209f2c/)).not.toBeInTheDocument());
    } finally {
      vi.useRealTimers();
    }
  });

  it("waits for the first call and says when it came", async () => {
    const { host } = show("/integrations/Creatio");
    const recipe = (await screen.findByText("Business processes in Creatio")).closest("section") as HTMLElement;
    await within(recipe).findByText("Waiting for the first call.");
    const hook = await host.call("webhook_show", { name: "Creatio" });
    const original = host.call.bind(host);
    host.call = ((command, input) => (command === "webhook_show" ? Promise.resolve({ ...hook, calls: [called("new_activity")] }) : original(command, input))) as typeof host.call;
    host.tell("webhooks");
    await within(recipe).findByText(/Received at \d\d:\d\d:\d\d/);
  });

  it("chooses how long the old address works", async () => {
    const { user, host } = show("/integrations/Creatio");
    await user.click(await screen.findByText("Regenerate…"));
    const sheet = await screen.findByRole("dialog", { name: "Make a new webhook URL?" });
    await user.click(within(sheet).getByRole("radio", { name: /7 days/ }));
    await user.click(within(sheet).getByRole("button", { name: "Make a new URL" }));
    await screen.findByText("The old URL still works.");
    expect(host.calls.find((call) => call.command === "webhook_regenerate")?.input).toEqual({ name: "Creatio", grace_minutes: 10_080 });
    await user.click(screen.getByRole("button", { name: "End the old URL now" }));
    await waitFor(() => expect(screen.queryByText("The old URL still works.")).not.toBeInTheDocument());
  });

  it("tests the public address, and says who answered", async () => {
    const { user } = show("/integrations/Creatio");
    const address = await box(/Public address/);
    await user.click(screen.getByRole("button", { name: "Test address" }));
    await screen.findByText("It leads here.");
    fireEvent.change(address, { target: { value: "http://bridge.example" } });
    await user.click(screen.getByRole("button", { name: "Save address" }));
    await screen.findByText(/must begin with https/);
    fireEvent.change(address, { target: { value: "https://other.example" } });
    await user.click(screen.getByRole("button", { name: "Save address" }));
    await waitFor(() => expect(screen.getByText("Test address")).toBeEnabled());
    await user.click(screen.getByText("Test address"));
    await screen.findByText(/Somebody else answers there/);
  });

  it.each(["agent", "viewer"] as const)("shows %s what there is, and neither changes nor addresses", async (role) => {
    const { host } = show("/integrations/Creatio", { role });
    await screen.findByText("You can look, not change.");
    expect((await screen.findAllByText(/only admins see it/i)).length).toBeGreaterThan(1);
    expect(screen.queryByRole("button", { name: /Test & Save/ })).not.toBeInTheDocument();
    for (const name of ["Test now", "Pause", "Disconnect…", "Regenerate…"]) expect(screen.getByRole("button", { name })).toBeDisabled();
    expect(host.calls.filter((call) => ["crm_choices", "webhook_url"].includes(call.command))).toEqual([]);
    expect(document.body.textContent).not.toContain("hooks.example/webhooks");
    expect(await faults()).toEqual([]);
  });
});

describe("what the form means", () => {
  it("says in cases what a mode would have made of the week", () => {
    expect(casesOf({ began: 1_930, looked_at: 1_000, spoke: 985, handed_off: 212, oldest: null }, "every")).toBe("Last 7 days: about 1,900 cases of 1,930 conversations.");
    expect(casesOf({ began: 12, looked_at: 12, spoke: 12, handed_off: 1, oldest: null }, "handoff")).toBe("Last 7 days: 1 case of 12 conversations.");
    expect(casesOf({ began: 0, looked_at: 0, spoke: 0, handed_off: 0, oldest: null }, "every")).toMatch(/No conversations yet/);
  });

  it("recognises pasted case addresses", () => {
    const id = "76929f8c-7e15-4c64-bdb0-adc62d383727";
    expect(pageOf(`https://a.creatio.com/0/Shell/#Card/Cases_FormPage/edit/${id}`)).toEqual({ template: "https://a.creatio.com/0/Shell/#Card/Cases_FormPage/edit/{id}", said: "A Freedom UI page" });
    expect(pageOf(`https://a.creatio.com/0/Nui/ViewModule.aspx#CardModuleV2/CasePage/edit/${id}`)?.said).toBe("A classic page");
    expect(pageOf(`https://a.creatio.com/Navigation/Navigation.aspx?schemaName=Case&recordId=${id}`)?.said).toBe("Creatio's own redirect");
    expect(pageOf("https://a.creatio.com/0/Shell/#Section/Cases_ListPage")).toBeNull();
  });

  it("clears what was emptied and never sends a secret that was not given", () => {
    const before = { ...formOf(), owner: "33333333-0000-4000-8000-000000000011", client_id: "C1" };
    expect(changeOf(before, { ...before, owner: "" })).toEqual({ settings: { owner: null } });
    expect(changeOf(before, { ...before, secret: "new", mode: "handoff" })).toEqual({ mode: "handoff", settings: {}, secret: "new" });
    expect(JSON.stringify(settingsOf({ ...before, secret: "canary" }))).not.toContain("canary");
  });

  it("tells both processes with what a real Creatio needs", () => {
    const said = JSON.stringify(recipes("Conversation log"));
    for (const part of ["Read data", "Category is not “Conversation log”", "Email send status", "10000 ms", "Run in background", "Is final = Yes", "Expected changes in", "case_updated"]) expect(said).toContain(part);
  });
});
