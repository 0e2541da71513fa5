// Two engines with a store each at one CRM: the second stops, says why in its console, and is taken over there.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { faultless } from "./looks.mjs";
import { CLIENT, launch, startCrm, startEngine, until } from "./support/engine.mjs";

let crm, first, second, browser, page, problems;

const TALKS = ["a", "b", "c"];
async function talk(engine, name) {
  const made = await engine.post("/v1/sessions", { source: "chat", external_id: name, channel: "web", contact: { name: `Customer ${name}` } });
  const said = await engine.post(`/v1/sessions/${made.body.id}/events`, { events: [{ id: "e1", kind: "message", from: "customer", text: `Where is parcel ${name}?` }] });
  assert.ok(said.status < 300, JSON.stringify(said.body));
  return made.body.id;
}

function connect(engine) {
  const add = ["connection", "add", "creatio", "--name", "creatio", "--url", crm.instance, "--identity-url", crm.identity, "--client-id", CLIENT.id, "--secret-stdin"];
  engine.cli([...add, "--set", "session_column=\"UsrSessionId\"", "--set", "back={\"poll_seconds\":1,\"idle_poll_seconds\":1}"], CLIENT.secret);
}

const cases = async () => (await crm.ask("records/Case")).filter((one) => one.UsrSessionId?.startsWith("chat/"));

async function comeIn(role, name) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true });
  const theirs = await context.newPage();
  theirs.setDefaultTimeout(15_000);
  await theirs.goto(second.link(role, name));
  await theirs.getByRole("main").waitFor();
  return theirs;
}

before(async () => {
  crm = await startCrm();
  first = await startEngine();
  connect(first);
  for (const name of TALKS) await talk(first, name);
  await until("the first engine wrote the cases", async () => (await cases()).length === TALKS.length);
  // By the CRM's clock, which is read to the second, the second engine comes later.
  const edge = Date.now() + 1_500;
  await until("a second has passed", () => Date.now() > edge);
  second = await startEngine();
  connect(second);
  for (const name of TALKS) await talk(second, name);
  await until("the second engine stops", async () => (await second.call({ command: "connection_list" })).body[0].paused?.kind === "another_engine");
  browser = await launch();
  page = await comeIn("admin", "Mary");
  problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
});

after(async () => {
  await browser?.close();
  await second?.stop();
  await first?.stop();
  await crm?.stop();
});

const held = async () => (await second.call({ command: "replies_list" })).body.filter((one) => one.state === "held");
const home = (theirs) => theirs.url().split("#")[0];

test("the console says what happened and what is safe, in the rail, in integrations and in deliveries", async () => {
  for (const where of ["integrations", "integrations/creatio", "deliveries"]) {
    await page.goto(`${home(page)}#/${where}`);
    await page.getByText(/another engine writes to it/).waitFor();
    await page.getByText(/Nothing is lost: 3 conversations wait here/).waitFor();
    await page.getByRole("group", { name: "Connections" }).getByText("stopped: another engine").waitFor();
    await faultless(page, `another-engine-${where.replace("/", "-")}`);
  }
});

test("an agent sees the same, and whom to ask", async () => {
  const ann = await comeIn("agent", "Ann");
  await ann.goto(`${home(ann)}#/deliveries`);
  await ann.getByText(/Ask an admin to join the other engine/).waitFor();
  assert.equal(await ann.getByRole("button", { name: /Take over here/ }).count(), 0);
  await ann.context().close();
});

test("it is taken over after its consequence was read, and what may have been delivered is held", async () => {
  await first.end();
  const [one] = await cases();
  await crm.ask("act", "POST", { act: "email_reply", case: one.Id, html: "<p>It arrives tomorrow.</p>" });
  const edge = Date.now() + 1_500;
  await until("the CRM's clock is past the answer", () => Date.now() > edge);
  await page.getByRole("button", { name: "Take over here…" }).focus();
  await page.keyboard.press("Enter");
  const sheet = page.getByRole("dialog", { name: "Take creatio over here?" });
  await sheet.getByText(/each is held, and you deliver or discard it/).waitFor();
  await faultless(page, "another-engine-take-over");
  const act = sheet.getByRole("button", { name: "Take over here" });
  assert.equal(await act.isDisabled(), true, "while both deliver, a customer can get a reply twice");
  await sheet.getByRole("checkbox").focus();
  await page.keyboard.press("Space");
  await act.focus();
  await page.keyboard.press("Enter");
  await sheet.waitFor({ state: "detached" });
  await page.getByText("creatio is delivered from here now").waitFor();
  await until("the connection goes on", async () => (await second.call({ command: "connection_list" })).body[0].paused === null);
  await until("what may have been delivered is held", async () => (await held()).length === 1);
  assert.equal((await cases()).length, TALKS.length, "what stands is gone on with, not made again");
});

test("the held reply stands at the end of its conversation, and is delivered from there", async () => {
  const [reply] = await held();
  const session = (await second.call({ command: "sessions_list", view: "all" })).body.rows.find((one) => one.case?.crm_id === reply.case);
  await page.goto(`${home(page)}#/inbox/all?s=${session.id}`);
  const card = page.getByRole("log").getByRole("region", { name: "Held replies" });
  await card.getByText("It arrives tomorrow.").waitFor();
  await faultless(page, "inbox-held");
  await card.getByRole("button", { name: /^Deliver to/ }).focus();
  await page.keyboard.press("Enter");
  await card.waitFor({ state: "detached" });
  await page.getByRole("log").getByText("It arrives tomorrow.").waitFor();
  assert.deepEqual(problems, [], "the pages had nothing to complain about");
});
