// What a support engineer does with deliveries that do not go through: left out, parked, released, and an outage read in the
// trace, over the real engine and the stand-in CRM.
import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import { after, before, test } from "node:test";
import { faultless } from "./looks.mjs";
import { CLIENT, launch, startCrm, startEngine, until } from "./support/engine.mjs";

const REFUSED = "the CRM refuses this one";
let crm, engine, proxy, browser, page, problems, home, strictly = true;

const REFUSAL = { status: 400, headers: {}, body: { error: { code: "", message: "Column \"Title\" holds a word that is forbidden here" } } };

/** Passes a call on. Of a batch with the refused message, what comes before it is done, and then it stops, as Creatio does. */
async function forward(asked, answer, to, body) {
  let sent = body;
  let refused = null;
  if (strictly && body.includes(REFUSED)) {
    const batch = JSON.parse(body);
    const at = batch.requests.findIndex((one) => JSON.stringify(one).includes(REFUSED));
    refused = batch.requests[at].id;
    sent = Buffer.from(JSON.stringify({ ...batch, requests: batch.requests.slice(0, at) }));
    if (at === 0) {
      answer.writeHead(200, { "content-type": "application/json" });
      answer.end(JSON.stringify({ responses: [{ id: refused, ...REFUSAL }] }));
      return;
    }
  }
  const headers = { ...asked.headers, host: to.host, "content-length": sent.length };
  const onward = request({ host: to.hostname, port: to.port, path: asked.url, method: asked.method, headers }, (came) => {
    const parts = [];
    came.on("data", (part) => parts.push(part));
    came.on("end", () => {
      let said = Buffer.concat(parts);
      if (refused !== null) {
        const { responses } = JSON.parse(said);
        said = Buffer.from(JSON.stringify({ responses: [...responses, { id: refused, ...REFUSAL }] }));
      }
      const kept = { ...came.headers, "content-length": said.length };
      delete kept["transfer-encoding"];
      answer.writeHead(came.statusCode, kept);
      answer.end(said);
    });
  });
  onward.on("error", () => answer.destroy());
  onward.end(sent);
}

/** The CRM behind somebody who refuses one message. */
async function strict() {
  const to = new URL(crm.instance);
  const server = createServer((asked, answer) => {
    const parts = [];
    asked.on("data", (part) => parts.push(part));
    asked.on("end", () => {
      const body = Buffer.concat(parts);
      void forward(asked, answer, to, body);
    });
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return server;
}

async function say(session, id, text) {
  const said = await engine.post(`/v1/sessions/${session}/events`, { events: [{ id, kind: "message", from: "customer", text }] });
  assert.ok(said.status < 300, JSON.stringify(said.body));
}

async function talk(name) {
  const made = await engine.post("/v1/sessions", { source: "chat", external_id: name, channel: "web", contact: { name } });
  await say(made.body.id, "e1", `Hello, this is ${name}.`);
  await state(made.body.id, ["synced"]);
  return made.body.id;
}

/** Waits until the delivery of a conversation is in one of these states. */
const state = (session, wanted) => until(`${session} is ${wanted}`, async () => {
  const lanes = (await engine.call({ command: "lanes_list", session })).body;
  return lanes.length > 0 && lanes.filter((lane) => lane.connection === "creatio").every((lane) => wanted.includes(lane.state));
});
const trace = async (session) => (await engine.call({ command: "trace", session })).body.timeline;
const there = async () => {
  await crm.ask("faults", "PUT", {});
  await until("the CRM is asked again", async () => (await engine.call({ command: "connection_test", name: "creatio" })).body.good);
};

async function act(name) {
  await page.goto(`${home}#/deliveries`);
  const more = page.getByRole("button", { name: `Act on ${name}` });
  await more.focus();
  await page.keyboard.press("Enter");
  const sheet = page.getByRole("dialog", { name: `Delivery of ${name}` });
  await sheet.waitFor();
  return sheet;
}

before(async () => {
  crm = await startCrm();
  proxy = await strict();
  engine = await startEngine();
  const add = ["connection", "add", "creatio", "--name", "creatio", "--url", `http://127.0.0.1:${proxy.address().port}`, "--identity-url", crm.identity, "--client-id", CLIENT.id, "--secret-stdin"];
  engine.cli([...add, "--set", "session_column=\"UsrSessionId\"", "--set", "back={\"poll_seconds\":2,\"idle_poll_seconds\":2}"], CLIENT.secret);
  browser = await launch();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  page = await context.newPage();
  page.setDefaultTimeout(20_000);
  problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  await page.goto(engine.link("admin", "Mary"));
  await page.getByRole("main").waitFor();
  home = page.url().split("#")[0];
});

after(async () => {
  await browser?.close();
  await engine?.stop();
  proxy?.closeAllConnections();
  proxy?.close();
  await crm?.stop();
});

test("an item that the CRM refuses is left out, and a line stands in its place", async () => {
  const session = await talk("Ada");
  await say(session, "e2", REFUSED);
  await say(session, "e3", "And this one is fine.");
  await state(session, ["parked"]);
  await page.goto(`${home}#/deliveries`);
  await page.getByText(/holds a word that is forbidden here/).first().waitFor();
  await faultless(page, "deliveries-parked");
  const sheet = await act("Ada");
  await faultless(page, "deliveries-act");
  assert.equal(await sheet.getByRole("button", { name: "Skip the refused item" }).isEnabled(), true, "an admin may leave it out");
  await sheet.getByRole("button", { name: "Skip the refused item" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("The item is left out").waitFor();
  await until("the rest went through", async () => JSON.stringify(await crm.ask("records/Activity")).includes("And this one is fine."));
  assert.equal(JSON.stringify(await crm.ask("records/Activity")).includes(REFUSED), false, "the refused words are not there");
});

test("a delivery is parked with a reason, and released", async () => {
  const session = await talk("Ben");
  await crm.ask("faults", "PUT", { down: true });
  await say(session, "e2", "Is anybody there?");
  await state(session, ["retrying", "paused"]);
  const sheet = await act("Ben");
  await sheet.getByLabel("Why it is parked").focus();
  await page.keyboard.type("The customer asked to wait");
  await sheet.getByRole("button", { name: "Park", exact: true }).focus();
  await page.keyboard.press("Enter");
  await sheet.waitFor({ state: "detached" });
  await state(session, ["parked"]);
  await there();
  await page.getByRole("region", { name: "Parked" }).getByText(/The customer asked to wait/).first().waitFor();
  const again = await act("Ben");
  await again.getByRole("button", { name: "Release" }).focus();
  await page.keyboard.press("Enter");
  await state(session, ["synced"]);
  await until("it is in the CRM", async () => JSON.stringify(await crm.ask("records/Activity")).includes("Is anybody there?"));
});

test("the trace tells an outage as one band, folds it, copies it, and names the poller's next round", async () => {
  const session = await talk("Cleo");
  await crm.ask("faults", "PUT", { down: true });
  await say(session, "e2", "Said while it was away");
  await until("it was tried twice in vain", async () => (await trace(session)).filter((entry) => entry.what === "call" && entry.detail.failure).length >= 2);
  await there();
  await state(session, ["synced"]);
  await page.goto(`${home}#/trace?s=${session}`);
  const band = page.getByRole("option", { name: /creatio did not answer for .* then recovered/ });
  await band.waitFor();
  await faultless(page, "trace-outage");
  // Further steps may come at the end at any time: the first of its own tells.
  const step = page.locator(`[id="${await band.locator("xpath=following-sibling::*[1]").getAttribute("id")}"]`);
  await step.waitFor();
  await page.getByRole("listbox", { name: "Steps" }).focus();
  await band.click();
  await step.waitFor({ state: "detached" });
  assert.match(await band.textContent(), /, folded/, "its own steps are hidden");
  await page.keyboard.press("ArrowRight");
  await step.waitFor();
  assert.match(await band.textContent(), /, unfolded/, "Right opens it");
  await page.keyboard.press("c");
  await page.getByText("The trace is copied as text").waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /did not answer for .* then recovered\. \d+ tries\./);
  await page.getByText(/creatio: the poller asks what changed there, every \d+ s/).waitFor();
});

test("R in the trace releases what is parked", async () => {
  const session = await talk("Dora");
  await say(session, "e2", REFUSED);
  await state(session, ["parked"]);
  // Somebody mends the cause in the CRM.
  strictly = false;
  await page.goto(`${home}#/trace?s=${session}`);
  await page.getByRole("button", { name: /Retry this conversation/ }).waitFor();
  await page.keyboard.press("r");
  await page.getByText("1 delivery is tried again").waitFor();
  await state(session, ["synced"]);
  assert.deepEqual(problems, [], "the pages had nothing to complain about");
});
