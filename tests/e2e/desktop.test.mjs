// The desktop program as a newcomer meets it: first run, the round trip, the tray, links into it.
// Run by `cargo xtask test`; alone: node --test tests/e2e/desktop.test.mjs, with target/debug/casebridge built.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { By, Desktop, until } from "./support/desktop.mjs";

let desktop, sandbox, session;

async function act(body) {
  const answer = await fetch(`${sandbox.origin}/sandbox/act${sandbox.search}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.ok(answer.ok, await answer.text());
}

const records = async (what) => (await fetch(`${sandbox.origin}/sandbox/records/${what}${sandbox.search}`)).json();

before(async () => {
  desktop = await Desktop.start();
  await desktop.open();
});

after(() => desktop?.stop());

test("from nothing to a conversation with its case, by one button", async () => {
  await desktop.click("button", "Start the sandbox");
  await desktop.click("[role=option]", "markup");
  await until("its case appears", async () => (await desktop.driver.findElement(By.css("main")).getText()).includes("SR0000"));
  const { ok: me } = await desktop.ask("me");
  assert.equal(me.token, "", "the page is given no token");
  sandbox = new URL(me.sandbox_pages[0].page);
  session = new URLSearchParams((await desktop.where()).split("?")[1]).get("s");
  assert.match(session, /^ses_/, "the address says which conversation is open");
});

test("an answer in the CRM appears in the open conversation", async () => {
  const row = await until("the case stands", async () => (await records("Case")).find((one) => one.UsrSessionId.endsWith("/markup")));
  await act({ act: "portal_message", case: row.Id, html: "<p>We have seen it, thank you.</p>", hidden: false, from_portal: false });
  await desktop.seen("We have seen it, thank you.");
});

test("resolved here is resolved there, and the trace tells how", async () => {
  await desktop.driver.findElement(By.css("body")).click();
  await desktop.ask("call", { command: { command: "session_resolve", session } });
  await desktop.seen("Resolved");
  await desktop.driver.executeScript(`location.hash = "#/trace?s=${session}"`);
  await desktop.seen("Is there a case");
});

test("a closed window goes on working, and a second start brings it back", async () => {
  await until("the window is there", () => desktop.windows().length === 1);
  desktop.close();
  await until("the window is gone", () => desktop.windows().length === 0);
  const { ok: counts } = await desktop.ask("call", { command: { command: "sessions_counts" } });
  assert.ok(counts.all >= 9, "the engine answers while nothing is shown");
  desktop.again();
  await until("the window is back", () => desktop.windows().length === 1);
});

test("a link leads to its conversation, and to the conversation of a case", async () => {
  await desktop.driver.executeScript('location.hash = "#/settings"');
  desktop.again(`casebridge://session/${session}`);
  await until("the link was followed", async () => (await desktop.where()).includes(session));
  await desktop.driver.executeScript('location.hash = "#/settings"');
  const { ok: open } = await desktop.ask("call", { command: { command: "session_open", session } });
  desktop.again(`casebridge://case/${open.row.case.number}`);
  await until("the case's link was followed", async () => (await desktop.where()).includes(session));
});

test("a hostile link brings the window to the front and does nothing else", async () => {
  await desktop.driver.executeScript('location.hash = "#/deliveries"');
  for (const link of ["casebridge://session/../../settings", `casebridge://session/${session}%2f..`, "casebridge://javascript:alert(1)", `casebridge://session/${session}?act=reopen`]) {
    desktop.again(link);
    await desktop.seen("That link was not understood");
    assert.match(await desktop.where(), /^#\/deliveries/, `${link} leads nowhere`);
    await desktop.click(".place [aria-label=Close]");
  }
  const { ok: open } = await desktop.ask("call", { command: { command: "session_open", session } });
  assert.equal(open.row.status, "resolved", "no link acts");
});

test("a foreign page is neither shown nor opened", async () => {
  // As if a customer's words had become a link after all.
  const plant = 'const link = Object.assign(document.createElement("a"), { href: "https://example.com/phish", id: "planted", textContent: "here" });';
  await desktop.driver.executeScript(`${plant} link.target = "_blank"; document.querySelector("nav").prepend(link)`);
  await desktop.click("#planted");
  await desktop.seen("This address belongs to no connection of yours.");
  await desktop.driver.executeScript('document.querySelector("#planted").removeAttribute("target")');
  await desktop.click("#planted");
  await desktop.driver.executeScript('location.href = "https://example.com/"');
  assert.match(await desktop.driver.executeScript("return location.origin"), /^tauri:\/\/localhost/, "the window shows our pages only");
});
