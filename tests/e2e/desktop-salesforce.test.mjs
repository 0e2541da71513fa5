// A Salesforce org in the desktop program: Deny, connect, a sign-in that the org ended, and the way out. The system's
// browser is a program of the test's, first in the path: it opens the sign-in's page and presses what it is told to.
// Run by `cargo xtask test`; alone: node --test tests/e2e/desktop-salesforce.test.mjs, with target/debug/casebridge and the
// sandbox's examples built.
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { By, Desktop, root, until } from "./support/desktop.mjs";
import { ORG, startOrg } from "./support/engine.mjs";

let desktop, org, folder;

const note = (name) => path.join(folder, name);
/** What the browser was led to, one line each: the page asked for, what was pressed, where it ended, what stood there. */
const visits = () => {
  try {
    return readFileSync(note("visits"), "utf8").trim().split("\n").filter(Boolean).map((line) => JSON.parse(line));
  } catch {
    return [];
  }
};
/** What the person presses on the next page of the org. */
const next = (press) => writeFileSync(note("press"), press);
const listed = async () => (await desktop.ask("call", { command: { command: "connection_list" } })).ok;
const salesforce = async () => (await listed()).find((one) => one.name === "Salesforce");
const shown = async () => (await desktop.driver.findElement(By.css("main")).getText()).replace(/\s+/g, " ");

async function fill(label, value) {
  const found = By.xpath(`//input[@id=//label[normalize-space(.)=${JSON.stringify(label)}]/@for]`);
  const field = await until(`${label} can be filled in`, async () => (await desktop.driver.findElements(found))[0]);
  await field.clear();
  await field.sendKeys(value);
}

/** Opens the sign-in in the system's browser, and waits until the browser has ended somewhere. */
async function signIn(press) {
  next(press);
  const before = visits().length;
  await desktop.click("[aria-label='Sign-in under way'] a", "Open the sign-in");
  return until("the browser came back", () => visits()[before]);
}

before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "browser-"));
  const browser = path.join(folder, "xdg-open");
  writeFileSync(browser, `#!/bin/sh\nexec "${process.execPath}" "${path.join(root, "tests/e2e/support/browser.mjs")}" "${folder}" "$@"\n`);
  chmodSync(browser, 0o755);
  [org, desktop] = await Promise.all([startOrg(), Desktop.start({ PATH: `${folder}:${process.env.PATH}`, BROWSER: browser })]);
  await desktop.open();
});

after(async () => {
  await desktop?.stop();
  await org?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

test("Deny in the system's browser is told in words, and nothing is stored", async () => {
  await desktop.click("a", "Connect Salesforce");
  await fill("Login URL", `${org.instance}/lightning/page/home`);
  await fill("Client ID", ORG.client);
  await desktop.click("button", "Sign in, test & save");
  const visit = await signIn("deny");
  assert.match(visit.asked, /^http:\/\/localhost:\d+\/services\/oauth2\/authorize\?.*code_challenge_method=S256/, "the sign-in's own page, outside of the window");
  assert.match(visit.said, /The sign-in was not granted/);
  await desktop.seen("end-user denied authorization");
  assert.deepEqual(await listed(), [], "nothing is stored");
});

test("Allow connects, and the window goes on by itself", async () => {
  await desktop.click("button", "Sign in, test & save");
  const visit = await signIn("allow");
  assert.match(visit.ended, /^http:\/\/localhost:17\d\d\/oauth\/salesforce\/callback\?/, "R32: it came back to this computer");
  assert.match(visit.said, /Casebridge has the answer/);
  await desktop.seen("integration@sandbox.example @ localhost");
  const [one] = await listed();
  assert.deepEqual([one.kind, one.access.state], ["salesforce", "connected"]);
});

test("a sign-in that the org ended is told in the window, and after a new one what waited is written, once", async () => {
  await org.ask("revoke-tokens?refresh=true", "POST");
  // A stand-in Creatio brings conversations along, which go to each connection.
  const { ok: started, error } = await desktop.ask("call", { command: { command: "sandbox_start", kind: "creatio" } });
  assert.ok(started, JSON.stringify(error));
  await until("the engine has noticed", async () => (await salesforce()).access.state === "reconnect_needed");
  assert.deepEqual(await org.ask("records/Case"), [], "nothing was written without a sign-in");
  await desktop.seen("Reconnect needed.");
  await desktop.click("button", "Sign in");
  await signIn("allow");
  await until("it is connected again", async () => (await salesforce()).access.state === "connected");
  await until("the window says so", async () => (await shown()).includes("Connected as integration@sandbox.example"));
  await until("what waited is written", async () => (await salesforce()).lanes.due === 0 && (await salesforce()).lanes.leased === 0);
  const sessions = (await org.ask("records/Case")).map((row) => row.Casebridge_Source_Id__c ?? row.Description);
  assert.deepEqual([sessions.length, new Set(sessions).size], [12, 12], "each conversation has one case");
});

test("disconnecting gives the sign-in back, and says what stays in the org", async () => {
  await desktop.click("button", "Disconnect…");
  await desktop.seen("conversations are no longer followed");
  await desktop.click("[role=dialog] button", "Disconnect");
  await desktop.seen("Salesforce has revoked the sign-in");
  await desktop.seen("External Client App");
  await desktop.click("[role=dialog] button", "Done");
  assert.equal(await salesforce(), undefined, "the connection is gone");
  assert.equal((await org.ask("records/Case")).length, 12, "the cases stay");
  const tokens = await org.ask("requests");
  assert.ok(tokens.some((one) => one.path.endsWith("/revoke") && one.status === 200), "the org was told");
});
