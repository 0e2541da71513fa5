// Makes the pictures of this folder: node docs/screenshots/make.mjs [NAME...]
// It starts the built engine with its sandbox, lets things happen and fail there, and looks at every screen in light and dark,
// 1440 and 1024 wide. Needs casebridged and the sandbox's examples in target/debug, ui/node_modules and Chromium; NAMEs take
// only those pictures.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { launch, ORG, root, startEngine, startOrg, until as comesTrue } from "../../tests/e2e/support/engine.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const only = process.argv.slice(2);
const until = (condition) => comesTrue(String(condition), condition);

/** An engine with a data folder of its own. */
async function start(...more) {
  const engine = await startEngine({ more: ["--public-listen", "127.0.0.1:0", ...more] });
  return { ...engine, cli: (...args) => engine.cli(args), link: () => engine.link("admin", "Mary Ellis") };
}

const full = await start("--sandbox");
const empty = await start();
const both = await start();
const org = await startOrg();
const crm = new URL(/sandbox Creatio\s+(\S+)/.exec(full.said)[1]);
const ask = async (method, what, body) => {
  const answer = await fetch(`${crm.origin}/sandbox/${what}${crm.search}`, { method, headers: { "content-type": "application/json" }, ...(body ? { body: JSON.stringify(body) } : {}) });
  return answer.json().catch(() => null);
};
const extra = path.join(tmpdir(), `pictures-${process.pid}.jsonl`);
const examples = path.join(root, "docs/examples/conversations.jsonl");
/** The customer says one thing more. */
const say = (id, text) => {
  const told = readFileSync(examples, "utf8").trim().split("\n").map((line) => JSON.parse(line)).find((one) => one.id === id);
  writeFileSync(extra, `${JSON.stringify({ ...told, turns: [...told.turns, { from: "customer", text }] })}\n`);
  full.cli("replay", extra);
};

// What happens: conversations, a person's answers, an outage in the middle of one, a case that somebody deletes.
full.cli("replay", examples, "--handoff-share", "0.5");
const caseOf = (id) => until(async () => (await ask("GET", "records/Case")).find((row) => row.UsrSessionId === `replay/${id}`));
const [parcel, charge, markup] = [await caseOf("late-parcel"), await caseOf("double-charge"), await caseOf("markup")];
await ask("POST", "act", { act: "email_reply", case: parcel.Id, html: "<p>Hello Ada, your parcel left Lyon this morning. It will be with you before noon tomorrow.</p>" });
await ask("PUT", "faults", { down: true });
say("late-parcel", "Thank you. Can you leave it with my neighbour?");
await until(() => /retrying|paused/.test(full.cli("lanes", "list", "--unfinished")));
await new Promise((wake) => setTimeout(wake, 6_000));
await ask("PUT", "faults", { down: false });
full.cli("connection", "test", "sandbox");
await until(() => !full.cli("lanes", "list", "--unfinished").includes("late-parcel"));
await ask("POST", "act", { act: "delete_case", case: charge.Id });
say("double-charge", "Is anybody there? The second charge is still on my card.");
await ask("POST", "act", { act: "resolve", case: markup.Id });
await until(() => full.cli("lanes", "list", "--parked").includes("parked"));

const browser = await launch();
const enter = async (engine) => {
  const page = await (await browser.newContext()).newPage();
  await page.goto(engine.link());
  await page.getByRole("main").waitFor();
  return [page, page.url().split("#")[0]];
};
const [page, home] = await enter(full);
const [fresh, freshHome] = await enter(empty);
const [third, thirdHome] = await enter(both);
/** Begins a sign-in, and lets the person press a button on Salesforce's page. */
const signIn = async (on, press) => {
  await on.getByLabel("Login URL").fill(org.instance);
  await on.getByLabel("Client ID").fill(ORG.client);
  await on.keyboard.press("Control+Enter");
  const link = on.getByRole("link", { name: "Open the sign-in" });
  await link.waitFor();
  if (!press) return;
  const tab = await on.context().newPage();
  await tab.goto(await link.getAttribute("href"));
  if (press === "Allow") {
    await tab.getByLabel("Username").fill("admin@sandbox.example");
    await tab.getByLabel("Password").fill(ORG.password);
  }
  await tab.getByRole("button", { name: press }).click();
  await tab.waitForURL(/callback/);
  await tab.close();
};
await third.goto(`${thirdHome}#/integrations/new/salesforce`);
await signIn(third, "Allow");
await third.getByText(/^Connected as/).first().waitFor();
const to = (id) => async (on) => { await on.getByRole("heading", { level: 2 }).first().waitFor(); await on.locator(`#${id}`).waitFor(); await on.waitForLoadState("networkidle").catch(() => undefined); await on.locator(`#${id}`).evaluate((one) => one.scrollIntoView({ block: "start" })); };
const waits = async (on) => { await signIn(on); await on.getByText("Salesforce shows an error, or nothing happens").click(); };
const denied = async (on) => { await signIn(on, "Deny"); await on.getByText(/Nothing was saved/).waitFor(); };
const open = (words) => async (on) => {
  await on.getByRole("option", { name: words }).first().click();
  await on.getByRole("log").waitFor();
};
const wrong = async (on) => {
  for (const [label, text] of [["Instance URL", crm.origin], ["Client ID", "CASEBRIDGE"], ["Client secret", "not the secret"]]) await on.getByLabel(label, { exact: true }).fill(text);
  await on.getByRole("button", { name: "Test & Save" }).click();
  await on.getByText("Nothing was saved.").first().waitFor();
};
const keys = (...all) => async (on) => { for (const key of all) await on.keyboard.press(key); };

/** Three mappings, once; then a dry run with the one chosen whose words are found. */
const MAPPED = [["PriorityId", "How urgent it is for the customer. Never more because somebody asks for it."], ["UsrOrderNumber", "The number of the order that it is about."], ["UsrAmount", "The amount that was charged, without the currency."], ["UsrUrgent", "Whether it cannot wait until tomorrow."]];
const mapped = async (on) => {
  await on.getByText("No field is mapped yet").or(on.getByRole("grid")).first().waitFor();
  if ((await on.getByRole("grid").count()) > 0) return;
  for (const [column, words] of MAPPED) {
    await on.keyboard.press("n");
    await on.getByPlaceholder(/Title, name or type/).fill(column);
    await on.getByRole("option", { name: column }).click();
    await on.getByLabel("Tell the AI what belongs here").fill(words);
    await on.keyboard.press("Escape");
  }
  await on.keyboard.press("Control+s");
  await on.getByText("Saved as version 1").waitFor();
  await on.getByRole("button", { name: "Close" }).click();
};
/** Narrow windows show the list and one pane beside it. */
const toDryRun = async (on) => {
  await mapped(on);
  const tab = on.locator("button:visible", { hasText: /^Dry run$/ });
  if ((await tab.count()) > 0) await tab.first().click();
};
const tried = async (on) => {
  await toDryRun(on);
  await on.getByRole("button", { name: /^Conversations:/ }).click();
  await on.getByRole("combobox", { name: "Find a conversation" }).fill("Ada");
  await on.getByRole("option", { name: /Ada/ }).first().click();
  await on.getByRole("listbox", { name: "What would be written" }).waitFor();
  await on.getByRole("row", { name: /^Order number/ }).first().click();
};
const several = async (on) => {
  await toDryRun(on);
  await on.getByRole("button", { name: /^Conversations:/ }).click();
  await on.getByRole("button", { name: /Run on the latest/ }).click();
  await on.getByRole("grid", { name: /by conversation/ }).waitFor();
};

const SCREENS = [
  ["first-run", fresh, freshHome, "#/welcome"],
  ["inbox", page, home, "#/inbox/all", open(/late-parcel|Ada/)],
  ["inbox-empty", fresh, freshHome, "#/inbox/all"],
  ["inbox-needs-a-person", page, home, "#/inbox/needs_person", keys("j")],
  ["palette", page, home, "#/inbox/all", keys("Control+k")],
  ["shortcuts", page, home, "#/inbox/all", keys("?")],
  ["trace", page, home, "#/trace?s=replay/late-parcel"],
  ["deliveries", page, home, "#/deliveries"],
  ["case-links", page, home, "#/links"],
  ["case-choose", page, home, "#/inbox/all", async (on) => { await open(/double-charge|Jonas/)(on); await on.keyboard.press("l"); await on.getByRole("dialog").waitFor(); }],
  ["integrations", page, home, "#/integrations"],
  ["integrations-new", fresh, freshHome, "#/integrations/new"],
  ["integrations-refused", fresh, freshHome, "#/integrations/new", wrong],
  ["integrations-creatio", page, home, "#/integrations/sandbox"],
  ["salesforce-new", fresh, freshHome, "#/integrations/new/salesforce"],
  ["salesforce-signing-in", fresh, freshHome, "#/integrations/new/salesforce", waits],
  ["salesforce-denied", fresh, freshHome, "#/integrations/new/salesforce", denied],
  ["salesforce", third, thirdHome, "#/integrations/Salesforce"],
  ["salesforce-case", third, thirdHome, "#/integrations/Salesforce", to("who")],
  ["salesforce-kit", third, thirdHome, "#/integrations/Salesforce", to("kit")],
  ["salesforce-triggers", third, thirdHome, "#/integrations/Salesforce", to("recipe")],
  ["mappings-columns", page, home, "#/mappings", keys("n")],
  ["mappings", page, home, "#/mappings", tried],
  ["mappings-several", page, home, "#/mappings", several],
  ["diagnostics", page, home, "#/diagnostics"],
  ["settings", page, home, "#/settings"],
];
for (const [name, on, at, route, act] of SCREENS) {
  if (only.length > 0 && !only.includes(name)) continue;
  for (const [theme, width] of [["light", 1440], ["dark", 1440], ["light", 1024], ["dark", 1024]]) {
    await on.emulateMedia({ colorScheme: theme });
    await on.setViewportSize({ width, height: width === 1440 ? 900 : 720 });
    await on.goto("about:blank");
    await on.goto(at + route);
    await on.getByRole("main").waitFor();
    await on.waitForLoadState("networkidle", { timeout: 2_000 }).catch(() => undefined);
    await act?.(on);
    await on.evaluate(() => document.fonts.ready);
    await on.waitForTimeout(400);
    await on.screenshot({ path: path.join(here, `${name}${width === 1440 ? "" : "-1024"}-${theme}.png`) });
  }
  console.log(name);
}
await browser.close();
await Promise.all([full, empty, both, org].map((one) => one.stop()));
rmSync(extra, { force: true });
