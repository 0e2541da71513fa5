import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { unzipSync, strFromU8 } from "fflate";
import { describe, expect, it } from "vitest";
import { changeOf, EMPTY, formOf, loginUrlOf, newSettings } from "../src/features/integrations/salesforce/form";
import { zipOf } from "../src/features/integrations/salesforce/save";
import { signing } from "../src/host/fake-integrations";
import { faults, show } from "./show";

const box = (name: string | RegExp) => screen.findByLabelText(name, { selector: "input" });
const fill = async (name: string | RegExp, value: string) => fireEvent.change(await box(name), { target: { value } });

async function begin(client = "3MVG9") {
  const shown = show("/integrations/new/salesforce");
  await fill("Login URL", "https://northwind.my.salesforce.com");
  await fill("Client ID", client);
  await shown.user.click(screen.getByRole("button", { name: /^Sign in, test & save/ }));
  await screen.findByRole("link", { name: "Open the sign-in" });
  return shown;
}

describe("connecting a Salesforce org", () => {
  it("waits for the browser, and leads to the other steps when it came back", async () => {
    const { host, history } = await begin();
    expect(screen.getByRole("link", { name: "Open the sign-in" })).toHaveAttribute("href", expect.stringContaining("/services/oauth2/authorize"));
    expect(screen.getByText(/Sign in to Salesforce and press Allow/)).toBeInTheDocument();
    expect(await faults()).toEqual([]);
    signing.returned();
    await waitFor(() => expect(history.location.pathname).toBe("/integrations/Salesforce"), { timeout: 20_000 });
    const sent = host.calls.find((call) => call.command === "sign_in_begin")?.input;
    expect(sent).toMatchObject({ way: "loopback", add: { kind: "salesforce", settings: { client_id: "3MVG9", confidential: false } } });
    expect(JSON.stringify(sent)).not.toContain("secret");
  });

  it("says what to do when Deny was pressed, and stores nothing", async () => {
    const { host } = await begin("deny");
    signing.returned();
    await screen.findByText(/end-user denied authorization/, undefined, { timeout: 20_000 });
    expect(screen.getByText(/Begin again and press Allow.*Nothing was saved/i)).toBeInTheDocument();
    expect(await host.call("connection_list", {})).toHaveLength(2);
    expect(screen.getByRole("button", { name: /^Sign in, test & save/ })).toBeEnabled();
  });

  it("takes the address by hand when the browser cannot come back, and refuses a wrong one without ending the sign-in", async () => {
    const { user, history } = await begin();
    await user.click(screen.getByText("Salesforce shows an error, or nothing happens"));
    expect(screen.getByText("redirect_uri_mismatch")).toBeInTheDocument();
    await fill("Final address", "http://localhost:1717/");
    await user.click(screen.getByRole("button", { name: "Finish the sign-in" }));
    await screen.findByText(/There is no code in what was pasted/);
    await fill("Final address", "http://localhost:1717/oauth/salesforce/callback?code=abc&state=x");
    await user.click(screen.getByRole("button", { name: "Finish the sign-in" }));
    await waitFor(() => expect(history.location.pathname).toBe("/integrations/Salesforce"));
  });

  it("shows the addresses that the app must know, for each way back", async () => {
    const { user } = show("/integrations/new/salesforce");
    const uris = async () => within((await screen.findByText(/^Redirect URIs?$/)).parentElement as HTMLElement).getAllByRole("listitem").map((one) => one.textContent);
    expect(await uris()).toHaveLength(4);
    await user.click(screen.getByRole("radio", { name: /To the public address/ }));
    expect(await uris()).toEqual(["https://hooks.example/oauth/salesforce/callback"]);
    await user.click(screen.getByRole("radio", { name: /By hand/ }));
    expect(await uris()).toEqual(["http://localhost:1717/oauth/salesforce/callback"]);
  });
});

describe("a connected org", () => {
  it("tries the kit, deploys it, and shows that it is there", async () => {
    const { user, host } = show("/integrations/Salesforce");
    const table = await screen.findByRole("table", { name: "What the org has of the kit" });
    expect(within(table).getAllByText("Missing")).toHaveLength(7);
    await user.click(screen.getByRole("button", { name: "Preview" }));
    await screen.findByText("It can be deployed.", undefined, { timeout: 20_000 });
    expect(within(table).getAllByText("Missing")).toHaveLength(7);
    await user.click(screen.getByRole("button", { name: "Deploy" }));
    await screen.findByText("Deployed.", undefined, { timeout: 20_000 });
    await waitFor(() => expect(within(screen.getByRole("table", { name: "What the org has of the kit" })).getAllByText("Yes")).toHaveLength(7));
    expect(host.calls.filter((call) => call.command === "kit_deploy").map((call) => call.input.check_only)).toEqual([true, false]);
    expect(await faults()).toEqual([]);
  }, 60_000);

  it("says in words which conversations come, and sends the rule alone", async () => {
    const { user, host } = show("/integrations/Creatio");
    await screen.findByText("Every conversation comes here.");
    await fill("Only these channels", "web, email ,");
    await fill("Never with these tags", "test");
    await screen.findByText("Only from web, email, not with test.");
    await user.keyboard("{Control>}{Enter}{/Control}");
    await screen.findByText("Saved");
    const sent = host.calls.find((call) => call.command === "connection_try_and_set")?.input;
    expect(sent).toEqual({ name: "Creatio", settings: {}, route: { channels: ["web", "email"], not_channels: [], tags: [], not_tags: ["test"] } });
  });

  it("gives the sign-in back when it is disconnected, and lists what stays in the org", async () => {
    const { user, history } = show("/integrations/Salesforce");
    await user.click(await screen.findByRole("button", { name: "Disconnect…" }));
    const sheet = await screen.findByRole("dialog", { name: "Disconnect Salesforce?" });
    await within(sheet).findByText("1,204");
    await user.click(within(sheet).getByRole("button", { name: "Disconnect" }));
    const gone = await screen.findByRole("dialog", { name: "Salesforce is disconnected" });
    expect(gone).toHaveTextContent(/has revoked the sign-in.*External Client App/s);
    await user.click(within(gone).getByRole("button", { name: "Done" }));
    await waitFor(() => expect(history.location.pathname).toBe("/integrations"));
  });

  it("sends only what was changed", () => {
    const before = formOf();
    expect(changeOf(before, { ...before, owner: "00G000000000001AAA" })).toEqual({ settings: { owner: "00G000000000001AAA" } });
    expect(changeOf({ ...before, origin: "Web" }, { ...before, origin: "" })).toEqual({ settings: { origin: null } });
    expect(newSettings({ ...EMPTY, login_url: "https://login.salesforce.com", client_id: "K", secret: "S" })).toEqual({ login_url: "https://login.salesforce.com", client_id: "K", confidential: true, case_from: { field: "Case_From__c", value: "opencx" } });
  });
});

it.each([
  ["acme.lightning.force.com/lightning/r/Case/5003/view", "https://acme.my.salesforce.com"],
  ["https://acme--uat.sandbox.my.salesforce-setup.com/lightning/setup/SetupOneHome/home", "https://acme--uat.sandbox.my.salesforce.com"],
  [" test.salesforce.com ", "https://test.salesforce.com"],
  ["http://localhost:4000/x?y", "http://localhost:4000"],
  ["", ""],
])("takes the login address out of what was pasted: %s", (pasted, login) => expect(loginUrlOf(pasted)).toBe(login));

it("makes the kit's archive the same each time, with every file in its folder", () => {
  const files = [{ path: "README.md", text: "é" }, { path: "apex/classes/A.cls", text: "class A {}" }];
  expect(zipOf(files)).toEqual(zipOf(files));
  expect(Object.entries(unzipSync(zipOf(files))).map(([path, bytes]) => [path, strFromU8(bytes)])).toEqual([["README.md", "é"], ["apex/classes/A.cls", "class A {}"]]);
});
