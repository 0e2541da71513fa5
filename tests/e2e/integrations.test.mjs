// Creatio's set-up against the sandbox, from nothing, as a new user who has only a keyboard.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, test } from "node:test";
import { launch, root, startEngine } from "./support/engine.mjs";

const axe = readFileSync(createRequire(path.join(root, "ui/package.json")).resolve("axe-core/axe.min.js"), "utf8");
const engines = [];
let browser, crm, page, ours, problems;

/** An engine with a public door; answers how it is called and what it said. */
async function start(...more) {
  const engine = await startEngine({ more: ["--public-listen", "127.0.0.1:0", ...more] });
  engines.push(engine);
  return { said: engine.said, link: engine.link, cli: (...args) => engine.cli(args) };
}

/** Goes on with Tab to a control; one that Tab does not reach fails the test. */
async function tabTo(control) {
  await control.waitFor();
  for (let presses = 0; presses < 250; presses += 1) {
    if (await control.evaluate((one) => one === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`${control} cannot be reached with Tab`);
}

async function write(label, text) {
  await tabTo(page.getByLabel(label, { exact: true }));
  await page.keyboard.press("Control+a");
  await page.keyboard.type(text);
}

async function press(name) {
  await tabTo(page.getByRole("button", { name, exact: true }));
  await page.keyboard.press("Enter");
}

/** Another process tells the stand-in what a person does in it. */
async function crmDoes(method, what, body) {
  const answer = await fetch(`${crm.origin}/sandbox/${what}${crm.search}`, { method, headers: { "content-type": "application/json" }, ...(body ? { body: JSON.stringify(body) } : {}) });
  assert.ok(answer.ok, `${what}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json().catch(() => null);
}

/** No fault that a machine can find on the screen, contrast included. */
async function clean(state) {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => (await globalThis.axe.run("main")).violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 140)).slice(0, 3).join(" | ")}`));
  assert.deepEqual(found, [], `axe, ${state}`);
}

before(async () => {
  // The CRM of the story: the stand-in of another engine, as it is reached by everybody.
  const other = await start("--sandbox");
  crm = new URL(/sandbox Creatio\s+(\S+)/.exec(other.said)[1]);
  browser = await launch();
  ours = await start();
  page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (line) => line.type() === "error" && problems.push(line.text()));
  await page.goto(ours.link("admin", "Mary"));
  await page.getByRole("button", { name: "Start the sandbox" }).waitFor();
});

after(async () => {
  await browser?.close();
  await Promise.all(engines.map((engine) => engine.stop()));
});

test("a wrong secret is told apart, and nothing is stored", async () => {
  await page.keyboard.press("c");
  await page.getByRole("heading", { name: "Connect Creatio" }).waitFor();
  const [client] = await crmDoes("GET", "clients");
  await write("Instance URL", `${crm.origin}/0/Nui/ViewModule.aspx#CardModuleV2`);
  await write("Client ID", client.client_id);
  await write("Client secret", "0".repeat(64));
  await page.keyboard.press("Control+Enter");
  await page.getByText(/Creatio does not accept this client id and secret/).waitFor();
  await page.getByText(/Nothing was saved/).waitFor();
  assert.equal(await page.getByRole("list", { name: "What was tested" }).getByRole("listitem").filter({ hasText: "Missing" }).filter({ hasText: "Get a token" }).count(), 1, "it stopped at the token");
  assert.deepEqual(JSON.parse(ours.cli("--json", "connection", "list")), [], "nothing was stored");
  await clean("a refused secret");
});

test("the right secret connects, and the other steps open", async () => {
  const [client] = await crmDoes("GET", "clients");
  await write("Client secret", client.client_secret);
  await page.keyboard.press("Control+Enter");
  await page.getByRole("heading", { name: "Who gets it, and what its states mean" }).waitFor();
  const owner = page.getByRole("combobox", { name: "Owner", exact: true });
  await owner.locator("option").nth(3).waitFor({ state: "attached" });
  for (const theme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: theme });
    await page.evaluate((name) => document.documentElement.setAttribute("data-theme", name), theme);
    await clean(`set-up, ${theme}`);
  }
});

test("a setting is changed, tested and saved", async () => {
  const owner = page.getByRole("combobox", { name: "Owner", exact: true });
  await tabTo(owner);
  await page.keyboard.press("ArrowDown");
  const chosen = await owner.inputValue();
  assert.notEqual(chosen, "", "the first employee is chosen with an arrow key");
  await page.keyboard.press("Control+Enter");
  await page.getByText("Saved.").waitFor();
  await page.getByRole("table", { name: "Rights in Creatio" }).getByRole("row", { name: /^Case Yes Yes Not proven/ }).waitFor();
  const [stored] = JSON.parse(ours.cli("--json", "connection", "list"));
  assert.equal(stored.settings.owner, chosen);
  await clean("saved, with its rights");
});

test("the public address is proven to lead here", async () => {
  await press("Test address");
  await page.getByText("It leads here.").waitFor();
});

test("the recipe waits for Creatio's first call, and says when it came", async () => {
  const hook = page.getByRole("region", { name: "Webhook" });
  assert.match(await hook.locator("code").first().innerText(), /None yet|••••/, "the address is masked");
  await tabTo(hook.getByRole("button", { name: "Reveal" }));
  await page.keyboard.press("Enter");
  await hook.getByRole("button", { name: "Hide" }).waitFor();
  const url = await hook.locator("code").first().innerText();
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/webhooks\/creatio\/\S{40,}$/);
  await page.getByText("Waiting for the first call.").waitFor();
  await crmDoes("PUT", "recipe", { kind: "guided", url });
  const [one] = await crmDoes("GET", "records/Case");
  const made = one ?? (await crmDoes("POST", "records/Case", { Subject: "A case of somebody else" }));
  await crmDoes("POST", "act", { act: "portal_message", case: made.Id, html: "<p>Hello</p>", hidden: false, from_portal: false });
  await page.getByText(/Received at \d\d:\d\d:\d\d\./).waitFor();
  await press("Hide");
  assert.equal(await page.getByText(url).count(), 0, "hidden again");
  await clean("the first call");
});

test("whoever may not change it sees neither form nor address", async () => {
  const other = await browser.newContext();
  const anns = await other.newPage();
  await anns.goto(ours.link("agent", "Ann"));
  await anns.getByRole("main").waitFor();
  await anns.goto(`${anns.url().split("#")[0]}#/integrations/Creatio`);
  await anns.getByText("You can look, not change.").waitFor();
  assert.equal(await anns.getByText("/webhooks/creatio/").count(), 0, "not even masked");
  assert.equal(await anns.getByRole("button", { name: "Reveal" }).first().isDisabled(), true);
  await other.close();
  assert.deepEqual(problems, [], "no complaint of the browser");
});
