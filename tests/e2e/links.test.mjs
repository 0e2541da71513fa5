// A person decides which case a conversation has, over the real engine and the sandbox CRM, with the keyboard alone.
// Run by `cargo xtask test`; alone: node --test tests/e2e, with target/debug/casebridged built.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "../..");
const need = createRequire(path.join(root, "ui/package.json"));
const { chromium } = need("playwright-core");
const axe = need.resolve("axe-core");
const program = path.join(process.env.CASEBRIDGE_TEST_TARGET ?? path.join(root, "target"), "debug/casebridged");
const data = mkdtempSync(path.join(tmpdir(), "links-"));
const env = { ...process.env, CASEBRIDGE_SECRETS_KEY: randomBytes(32).toString("hex"), CASEBRIDGE_LOG: "error" };
/** Where pictures are put for whoever wants to look at them. */
const pictures = process.env.CASEBRIDGE_TEST_PICTURES;

let engine, browser, page, sandbox, problems, home;

const cli = (...args) => execFileSync(program, ["--data", data, ...args], { env, encoding: "utf8" });

async function records(entity) {
  const answer = await fetch(`${sandbox.origin}/sandbox/records/${entity}${sandbox.search}`);
  return answer.json();
}

async function act(body) {
  const answer = await fetch(`${sandbox.origin}/sandbox/act${sandbox.search}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  assert.ok(answer.ok, await answer.text());
}

async function until(what, condition) {
  for (let tries = 0; tries < 1_200; tries += 1) {
    const value = await condition();
    if (value) return value;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  assert.fail(`did not come true: ${what}`);
}

const caseOf = async (session) => (await records("Case")).find((row) => row.UsrSessionId === session);
const textsOn = async (id) => (await records("Activity")).filter((row) => row.CaseId === id).length;

/** Experimental in axe, and so off unless it is asked for: whoever speaks the words that stand on something must hit it. */
const RULES = { rules: { "label-content-name-mismatch": { enabled: true } } };

async function faultless(where) {
  // What a resting pointer brings up is no part of the page.
  await page.mouse.move(700, 899);
  await page.waitForFunction(() => !document.querySelector("[role=tooltip]"));
  for (const theme of ["light", "dark"]) {
    await page.evaluate((name) => { document.documentElement.dataset.theme = name; }, theme);
    await page.addScriptTag({ path: axe }).catch(() => page.evaluate(() => undefined));
    const found = await page.evaluate(async (rules) => (globalThis.axe ? (await globalThis.axe.run(document.body, rules)).violations
      .map((one) => `${one.id}: ${one.nodes[0]?.html.slice(0, 160)}`) : ["axe did not load"]), RULES);
    assert.deepEqual(found, [], `${where} in ${theme} has no fault that a machine finds`);
    if (pictures) {
      mkdirSync(pictures, { recursive: true });
      for (const width of [1440, 1024]) {
        await page.setViewportSize({ width, height: 860 });
        await page.screenshot({ path: path.join(pictures, `${where}-${width}-${theme}.png`) });
      }
      await page.setViewportSize({ width: 1440, height: 900 });
    }
  }
}

before(async () => {
  const args = ["serve", "--sandbox", "--listen", "127.0.0.1:0", "--public-listen", "127.0.0.1:0"];
  engine = spawn(program, ["--data", data, ...args], { env, stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  const words = await new Promise((done, fail) => {
    engine.once("exit", (code) => fail(new Error(`the engine ended with ${code}: ${said}`)));
    engine.stdout.on("data", (chunk) => {
      said += chunk;
      if (said.includes("Stop with Ctrl-C")) done(said);
    });
  });
  sandbox = new URL(/sandbox Creatio\s+(\S+)/.exec(words)[1]);
  cli("replay", path.join(root, "docs/examples/conversations.jsonl"), "--handoff-share", "0.3");
  browser = await chromium.launch({ executablePath: process.env.CASEBRIDGE_TEST_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  // The test's own tool comes in past the page's policy; the policy itself is tried in console.test.mjs.
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true, reducedMotion: "reduce" });
  page = await context.newPage();
  problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  await page.goto(/(http:\S+\/console\/enter\S+)/.exec(cli("console", "link", "--role", "admin", "--name", "Mary"))[1]);
  await page.getByRole("main").waitFor();
  home = page.url().split("#")[0];
});

after(async () => {
  await browser?.close();
  engine?.kill("SIGTERM");
  await new Promise((done) => (engine ? engine.once("exit", done) : done()));
  rmSync(data, { recursive: true, force: true });
});

/** Opens a conversation in the inbox by its words, and leaves the focus on the list. */
async function open(words) {
  await page.goto(`${home}#/inbox/all`);
  const row = page.getByRole("option", { name: words }).first();
  await row.waitFor();
  await row.click();
  await page.getByRole("complementary", { name: "Details" }).getByRole("region", { name: "Case" }).waitFor();
}

test("another case gets the whole conversation, and the CRM shows it once", async () => {
  const [first, second] = await until("two cases stand", async () => {
    const all = (await records("Case")).filter((row) => row.UsrSessionId?.startsWith("replay/"));
    return all.length >= 2 && all.map((row) => row.UsrSessionId).includes("replay/markup") && [await caseOf("replay/markup"), all.find((row) => row.UsrSessionId !== "replay/markup")];
  });
  await until("the conversation is written", async () => (await textsOn(first.Id)) > 0);
  const before = await textsOn(second.Id);
  const own = await textsOn(first.Id);
  await open(/markup/);
  await page.keyboard.press("l");
  const sheet = page.getByRole("dialog", { name: /Case of/ });
  await sheet.waitFor();
  await faultless("links-sheet");
  await sheet.getByRole("radio", { name: /Link another case/ }).focus();
  await page.keyboard.press("Tab");
  await page.keyboard.type(second.Number);
  await sheet.getByText(/0 of it go to the customer/).waitFor();
  assert.equal(await textsOn(second.Id), before, "nothing happens before it is asked for");
  await page.keyboard.press("Control+Enter");
  await sheet.waitFor({ state: "detached" });
  await until("the other case has it all", async () => (await textsOn(second.Id)) === before + own);
  assert.equal(await textsOn(first.Id), own, "the case before stays as it is");
});

test("a deleted case offers its ways on, and a new one is made", async () => {
  const any = (await records("Case")).find((row) => row.UsrSessionId?.startsWith("replay/") && row.UsrSessionId !== "replay/markup");
  await act({ act: "delete_case", case: any.Id });
  await page.goto(`${home}#/links`);
  await page.getByRole("searchbox").fill(any.Number);
  const change = page.getByRole("button", { name: /Change the case of/ }).first();
  await change.waitFor();
  await page.getByRole("button", { name: /Ask .* again about/ }).first().click();
  await page.getByRole("cell", { name: /Deleted/ }).first().waitFor();
  await faultless("links");
  await change.focus();
  await page.keyboard.press("Enter");
  const sheet = page.getByRole("dialog", { name: /Case of/ });
  await sheet.getByText(/The case was deleted in the CRM/).waitFor();
  await sheet.getByText(/A new period begins/).waitFor();
  const before = new Set((await records("Case")).map((row) => row.Id));
  await page.keyboard.press("Control+Enter");
  await sheet.waitFor({ state: "detached" });
  const made = await until("a new case stands", async () => (await records("Case")).find((row) => !before.has(row.Id)));
  await until("it tells the conversation", async () => (await textsOn(made.Id)) > 0);
});

test("the trace finds a pasted case address, folds and moves by keys", async () => {
  const one = await caseOf("replay/markup");
  await page.goto(`${home}#/trace`);
  await page.getByRole("searchbox").fill(`${sandbox.origin}/0/Nui/ViewModule.aspx#CardModuleV2/CasePage/edit/${one.Id}`);
  await page.keyboard.press("Enter");
  await page.getByRole("listbox", { name: "Steps" }).waitFor();
  await page.getByRole("option", { name: /Case decided/ }).first().waitFor();
  await faultless("trace");
});

test("deliveries and the inbox have no fault that a machine finds", async () => {
  for (const [where, sign] of [["deliveries", "heading"], ["inbox/all", "listbox"], ["settings", "heading"]]) {
    await page.goto(`${home}#/${where}`);
    await page.getByRole(sign).first().waitFor();
    await page.waitForFunction(() => !document.querySelector("main [aria-busy=true]"));
    await faultless(where.replace("/", "-"));
  }
});

test("a search is kept, and the profile is picked from the CRM", async () => {
  await page.goto(`${home}#/inbox/all`);
  await page.getByRole("searchbox").fill("parcel");
  await page.keyboard.press("Escape");
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press("f");
  await page.getByRole("menuitem", { name: "Keep this search…" }).click();
  await page.getByRole("dialog", { name: "Keep this search" }).getByRole("textbox").fill("Lost parcels");
  await page.keyboard.press("Enter");
  await page.getByText("“Lost parcels” is kept").waitFor();
  await page.goto(`${home}#/settings`);
  const form = page.getByRole("form", { name: "Profile" });
  await form.getByRole("combobox", { name: "You in the CRM" }).selectOption({ index: 1 });
  const person = form.getByRole("combobox", { name: /Person in/ });
  await until("the CRM's people are listed", async () => (await person.locator("option").count()) > 1);
  await person.selectOption({ index: 1 });
  await form.getByRole("button", { name: "Save profile" }).click();
  await page.getByText("Your profile is saved").waitFor();
  assert.deepEqual(problems, [], "the pages had nothing to complain about");
});
