// Five hundred texts that try to run, as everything that comes from outside: names, subjects, messages, reasoning, tool
// calls, and the CRM's own answers. None may, in any screen, nor on the CRM's record pages.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { hostilePlace, last, named, TOGETHER } from "./hostile-place.mjs";
import { walk } from "./hostile-walk.mjs";
import { payloads } from "./payloads.mjs";
import { each, launch, until } from "./support/engine.mjs";

const ALL = payloads(500);

let place, crm, engine, browser, context, page;
const heard = { ran: [], violations: [], asked: [], dialogs: [], pages: [] };

before(async () => {
  place = await hostilePlace(ALL);
  ({ crm, engine } = place);
  browser = await launch();
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.exposeBinding("__ran", (_, n) => heard.ran.push(n));
  await context.exposeBinding("__violated", (_, what) => heard.violations.push(what));
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => window.__violated(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
  });
  const ours = [engine.link("viewer", "Nobody"), crm.instance].map((one) => new URL(one).host);
  context.on("request", (one) => {
    if (/^https?:/.test(one.url()) && !ours.includes(new URL(one.url()).host)) heard.asked.push(one.url());
  });
  context.on("dialog", (one) => {
    heard.dialogs.push(one.message());
    void one.dismiss();
  });
  page = await context.newPage();
  context.on("page", (one) => heard.pages.push(one.url()));
});

after(async () => {
  await browser?.close();
  await place?.stop();
});

test("nothing that anybody writes runs in the console or on the CRM's pages", async () => {
  const long = await place.speak();
  await until("every conversation was written to the CRM, or refused by it", place.written);

  // First the CRM's own pages, which show markup as the CRM does: what stands there now was written by us.
  const records = await crm.ask("records/Case");
  const written = records.filter((row) => row.UsrSessionId?.startsWith("hostile/") && Number(row.UsrSessionId.slice(9)) % TOGETHER === 0);
  assert.ok(written.length >= 45, `the long conversations have cases: ${written.length}`);
  await page.goto(crm.at(""));
  for (const row of written) {
    await page.goto(crm.at(`cases/${row.Id}`));
    assert.match(await page.content(), /the end of|window.__ran/, "the record page shows what was said");
  }
  assert.deepEqual(heard, { ran: [], violations: [], asked: [], dialogs: [], pages: [] }, "what we write is text on the CRM's pages");

  // Then people answer with the same texts, as live markup of their own.
  await each(written.slice(0, 10), 4, async (row, n) => {
    for (const [k, text] of ALL.slice(n * 20, n * 20 + 8).entries()) {
      const html = `<p>${k} ${text}</p>`;
      await crm.ask("act", "POST", k % 2 ? { act: "email_reply", case: row.Id, html } : { act: "portal_message", case: row.Id, html });
    }
    await crm.ask("act", "POST", { act: "task", case: row.Id, title: named(ALL[n]), detailed_result: ALL[n] });
    await crm.ask("act", "POST", { act: n % 2 ? "resolve" : "close", case: row.Id });
  });
  await until("what people did came back", async () => {
    const kinds = new Set();
    for (const row of written.slice(0, 10)) {
      const answer = await engine.call({ command: "session_events", session: row.UsrSessionId, limit: 100 });
      for (const event of answer.body.events) kinds.add(event.kind);
    }
    return kinds.has("crm_message") && kinds.has("resolved");
  });

  await page.goto(engine.link("admin", "Mary"));
  await page.getByRole("main").waitFor();
  const home = page.url().split("#")[0];
  const driver = { open: (route) => page.goto(`${home}#${route}`), run: (work, argument) => page.evaluate(work, argument), until };
  const seen = await walk(driver, { sessions: long, total: ALL.length, last, parked: "acme" });
  const { alive, ...counts } = seen;
  assert.deepEqual(alive, [], "no text became an element");
  assert.ok(counts.rows >= 500 && counts.conversations === 50 && counts.steps > 200 && counts.screens > 100, `the walk saw all of it: ${JSON.stringify(counts)}`);

  // What is typed is told back: in the search, in the palette.
  await page.goto(`${home}#/inbox/all`);
  for (const text of ALL.filter((one) => one.length < 200 && !one.includes("\n")).slice(0, 40)) {
    await page.locator("[data-search]").first().fill(text);
  }
  await page.getByText(/^Nothing matches|more matches|__ran/).first().waitFor();
  await page.keyboard.press("Control+k");
  for (const text of ALL.slice(100, 120)) await page.getByRole("dialog").getByRole("combobox").fill(text.replaceAll("\n", " "));
  await page.getByText(/Nothing is called|Trace of|__ran/).first().waitFor();
  await page.keyboard.press("Escape");

  assert.ok(page.url().startsWith(home), `nobody was led away: ${page.url()}`);
  assert.deepEqual(heard, { ran: [], violations: [], asked: [], dialogs: [], pages: [] }, "nothing ran, asked or complained");
});
