// The console in a real browser, over the real engine and the sandbox CRM: what a support agent does in a morning.
// Run by `cargo xtask test`; alone: node --test tests/e2e, with target/debug/casebridged built.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "../..");
const { chromium } = createRequire(path.join(root, "ui/package.json"))("playwright-core");
const program = path.join(process.env.CASEBRIDGE_TEST_TARGET ?? path.join(root, "target"), "debug/casebridged");
const data = mkdtempSync(path.join(tmpdir(), "console-"));
const env = { ...process.env, CASEBRIDGE_SECRETS_KEY: randomBytes(32).toString("hex"), CASEBRIDGE_LOG: "error" };

let engine, browser, page, sandbox, problems;

const cli = (...args) => execFileSync(program, ["--data", data, ...args], { env, encoding: "utf8" });

/** What the sandbox CRM is told to do, as the person at its keyboard. */
async function act(body) {
  const answer = await fetch(`${sandbox.origin}/sandbox/act${sandbox.search}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.ok(answer.ok, await answer.text());
}

async function cases() {
  const answer = await fetch(`${sandbox.origin}/sandbox/records/Case${sandbox.search}`);
  return answer.json();
}

async function until(what, condition) {
  for (let tries = 0; tries < 600; tries += 1) {
    const value = await condition();
    if (value) return value;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  assert.fail(`did not come true: ${what}`);
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
  browser = await chromium.launch({ executablePath: process.env.CASEBRIDGE_TEST_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (line) => line.type() === "error" && problems.push(line.text()));
  const link = /(http:\S+\/console\/enter\S+)/.exec(cli("console", "link", "--role", "admin", "--name", "Mary"))[1];
  await page.goto(link);
  await page.getByRole("main").waitFor();
});

after(async () => {
  await browser?.close();
  engine?.kill("SIGTERM");
  await new Promise((done) => (engine ? engine.once("exit", done) : done()));
  rmSync(data, { recursive: true, force: true });
});

test("conversations arrive in the inbox while it is open", async () => {
  cli("replay", path.join(root, "docs/examples/conversations.jsonl"), "--handoff-share", "0.3");
  await page.getByRole("option").first().waitFor();
  await until("all twelve are listed", async () => (await page.getByRole("option").count()) >= 9);
});

test("a customer's markup is shown as text and runs nowhere", async () => {
  await page.goto(`${page.url().split("#")[0]}#/inbox/all`);
  await page.getByRole("option", { name: /markup/ }).first().click();
  await page.getByRole("log").getByText("<script>").first().waitFor();
  assert.equal(await page.locator("[role=log] script").count(), 0, "what customers write is never live");
});

test("an answer in the CRM appears in the open conversation", async () => {
  const all = await until("the case stands", async () => {
    const found = (await cases()).find((row) => row.UsrSessionId === "replay/markup");
    return found;
  });
  await act({ act: "portal_message", case: all.Id, html: "<p>We have seen it, thank you.</p>", hidden: false, from_portal: false });
  await page.getByRole("log").getByText("We have seen it, thank you.").waitFor();
});

test("who takes over can reply, and the reply stands on the case", async () => {
  await page.getByRole("button", { name: /take over/i }).first().click();
  const field = page.getByRole("textbox", { name: /reply|message/i }).last();
  await until("the composer is unlocked", () => field.isEditable());
  await field.fill("I am Mary, and I will mend the page.");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("log").getByText("I will mend the page.").waitFor();
  const sets = await until("it is written to the CRM", async () => {
    const answer = await fetch(`${sandbox.origin}/sandbox/records/Activity${sandbox.search}`);
    const rows = await answer.json();
    return rows.filter((row) => row.DetailedResult?.includes("I will mend the page.")).length === 1 && rows;
  });
  assert.ok(sets, "once");
});

test("every screen opens without a complaint", async () => {
  const home = page.url().split("#")[0];
  for (const route of ["trace", "deliveries", "links", "integrations", "integrations/sandbox", "diagnostics", "settings"]) {
    await page.goto(`${home}#/${route}`);
    // Each screen has its title once its own part of the program and its data are there.
    await until(`${route} shows itself`, async () => (await page.locator("main").innerText()).trim().length > 20);
    await page.waitForFunction(() => !document.querySelector("main [aria-busy=true]"));
  }
  assert.deepEqual(problems, [], "the browser has nothing to complain about, its security policy included");
});

test("the webhook address is a secret until it is asked for", async () => {
  const token = cli("webhook", "url", "sandbox").trim().split("/").pop();
  const home = page.url().split("#")[0];
  await page.goto(`${home}#/integrations/sandbox`);
  await page.getByText(/webhook/i).first().waitFor();
  assert.ok(!(await page.content()).includes(token), "no secret stands in the page");
});
