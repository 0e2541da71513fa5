// Five hundred texts that try to run, as everything that comes from outside: names, subjects, messages, reasoning, tool
// calls, and the CRM's own answers. None may, in any screen, nor on the CRM's record pages.
import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import { after, before, test } from "node:test";
import { walk } from "./hostile-walk.mjs";
import { payloads } from "./payloads.mjs";
import { CLIENT, each, launch, startCrm, startEngine, until } from "./places.mjs";

const ALL = payloads(500);
const TOGETHER = 10;
const REFUSED = "the CRM refuses this one";
/** As a name may be: short, and without control characters, which the door refuses. */
const named = (text) => text.replaceAll(/[\u0000-\u001f\u007f]/g, "").slice(0, 250);

let crm, engine, browser, context, page, proxy, turn = 0;
const heard = { ran: [], violations: [], asked: [], dialogs: [], pages: [] };

/** The CRM behind somebody who puts their words into its answers. */
async function evilCrm() {
  const to = new URL(crm.instance);
  const server = createServer((asked, answer) => {
    const parts = [];
    asked.on("data", (part) => parts.push(part));
    asked.on("end", () => {
      const body = Buffer.concat(parts);
      const said = () => ALL[turn++ % ALL.length];
      if (body.includes(REFUSED)) {
        answer.writeHead(400, { "content-type": "application/json" });
        answer.end(JSON.stringify({ error: { code: "", message: `${said()} ${said()}` } }));
        return;
      }
      const headers = { ...asked.headers, host: to.host };
      delete headers["accept-encoding"];
      const onward = request({ host: to.hostname, port: to.port, path: asked.url, method: asked.method, headers }, (came) => {
        const text = [];
        came.on("data", (part) => text.push(part));
        came.on("end", () => {
          const inside = (words) => JSON.stringify(words).slice(1, -1);
          const changed = Buffer.concat(text).toString("utf8")
            .replace(/"Number":"(SR\d+)"/g, (_, number) => `"Number":"${number} ${inside(named(said()))}"`)
            .replace(/"(Name|Title|Subject)":"([^"\\]*)"/g, (_, member, value) => `"${member}":"${value} ${inside(named(said()))}"`);
          const kept = { ...came.headers, "content-length": Buffer.byteLength(changed) };
          delete kept["transfer-encoding"];
          answer.writeHead(came.statusCode, kept);
          answer.end(changed);
        });
      });
      onward.on("error", () => answer.destroy());
      onward.end(body);
    });
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return server;
}

/** A conversation with ten of the texts in every place, or a short one. */
async function talk(n) {
  const own = ALL.slice(n, n + TOGETHER);
  const long = n % TOGETHER === 0;
  const contact = { name: named(ALL[n]), email: { value: named(ALL[(n + 7) % 500]), verified: false } };
  const made = await engine.post("/v1/sessions", { source: "hostile", external_id: `h${n}`, channel: n % 3 ? "web" : named(ALL[n]).slice(0, 40).trim() || "web", topic: named(ALL[n]), contact });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const events = [];
  const add = (kind, members) => events.push({ id: `e${events.length}`, kind, ...members });
  for (const text of long ? own : own.slice(0, 1)) {
    add("message", { from: "customer", text });
    if (!long) continue;
    add("message", { from: "agent", text, author: named(text) });
    add("reasoning", { text });
    add("tool_call", { name: named(text), arguments: { [text]: text, list: [text] }, results: { answer: text } });
    add("attachment_added", { from: "customer", attachment: { name: named(text), media_type: "text/html", url: `https://files.example/${encodeURIComponent(named(text))}` } });
  }
  if (long) add("handed_off", { reason: own[0], summary: own[1], language: "en", sentiment: named(own[2]) });
  if (n % 100 === 50) add("message", { from: "customer", text: REFUSED });
  if (long) add("message", { from: "customer", text: `the end of ${n}` });
  const said = await engine.post(`/v1/sessions/${made.body.id}/events`, { events });
  assert.ok(said.status < 300, JSON.stringify(said.body));
  return made.body.id;
}

before(async () => {
  crm = await startCrm();
  proxy = await evilCrm();
  engine = await startEngine();
  const url = `http://127.0.0.1:${proxy.address().port}`;
  const add = ["connection", "add", "creatio", "--name", "acme", "--url", url, "--identity-url", crm.identity, "--client-id", CLIENT.id, "--secret-stdin"];
  engine.cli([...add, "--set", "session_column=\"UsrSessionId\"", "--set", "back={\"poll_seconds\":1,\"idle_poll_seconds\":1}"], CLIENT.secret);
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
  await engine?.stop();
  proxy?.closeAllConnections();
  proxy?.close();
  await crm?.stop();
});

test("nothing that anybody writes runs in the console or on the CRM's pages", async () => {
  const ids = [];
  await each(ALL, 8, async (_, n) => {
    ids[n] = await talk(n);
  });
  const long = ids.filter((_, n) => n % TOGETHER === 0);
  await until("every conversation was written to the CRM, or refused by it", async () => {
    const counts = (await engine.call({ command: "lanes_count" })).body[0].lanes;
    return counts.all === ALL.length && counts.leased === 0 && counts.due <= 5 && counts.failing + counts.parked >= 5;
  });

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
  const seen = await walk(driver, { sessions: long, total: ALL.length, last: (n) => `the end of ${n * TOGETHER}`, parked: "acme" });
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
