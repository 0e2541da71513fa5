// Mapped fields at work, over the real engine, the stand-in CRM and a stand-in language model: who reads is chosen, what it
// found stands at the handoff, what it is unsure of waits for a person, and what the CRM refuses is told with its words.
// Alone: node --test tests/e2e/mapped.test.mjs, with target/debug/casebridged and the stand-ins' examples built.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { faultless } from "./looks.mjs";
import { CLIENT, launch, startCrm, startEngine, startModel, until } from "./support/engine.mjs";

const KEY = "a key that the model wants";
const CARD = "4111 1111 1111 1111";
const SAID = `My order number is QX2-18MB and I am furious. My card is ${CARD}, take the money back by Friday.`;
let crm, model, engine, browser, page, problems, home;

const goto = async (place) => {
  await page.goto(`${home}#${place}`);
  await page.getByRole("main").waitFor();
};
const caseOf = (session) => until(`a case for ${session}`, async () => (await crm.ask("records/Case")).find((row) => row.UsrSessionId === `chat/${session}`));
const settled = (session) => until(`${session} is written`, async () => (await engine.call({ command: "lanes_list", session })).body.every((lane) => lane.state === "synced"));

/** A conversation that is handed off; its id. */
async function handOff(name) {
  const made = await engine.post("/v1/sessions", { source: "chat", external_id: name, channel: "web", contact: { name } });
  const events = [
    { id: "e1", kind: "message", from: "customer", text: SAID },
    { id: "e2", kind: "message", from: "ai", text: "I am sorry. I bring a colleague in." },
    { id: "e3", kind: "handed_off", reason: "the customer asked for a person" },
  ];
  const said = await engine.post(`/v1/sessions/${made.body.id}/events`, { events });
  assert.ok(said.status < 300, JSON.stringify(said.body));
  return made.body.id;
}

const field = (value, confidence, quote) => ({ value, confidence, evidence: [{ line: 1, quote }] });
const mapping = (n, column, title, kind, unsure) => ({
  id: `00000000-0000-4000-8000-00000000000${n}`, column, title, kind, instruction: "", enabled: true, unlocked: false, source: { from: "ai" }, fallback: null, threshold: 90, unsure, overwrite: "keep_edited", synonyms: {},
});

before(async () => {
  [crm, model] = await Promise.all([startCrm(), startModel(KEY)]);
  model.says({
    summary: "Ada was charged twice and wants the money back by Friday.", language: "en", sentiment: "negative", topic: "Refund of a double charge",
    fields: { f1: field("QX2-18MB", 96, "QX2-18MB"), f2: field("furious", 60, "I am furious"), f3: field("Refund by Friday", 55, "by Friday") },
  });
  engine = await startEngine();
  const add = ["connection", "add", "creatio", "--name", "creatio", "--mode", "handoff", "--url", crm.instance, "--identity-url", crm.identity, "--client-id", CLIENT.id, "--secret-stdin"];
  engine.cli([...add, "--set", "session_column=\"UsrSessionId\""], CLIENT.secret);
  const text = { type: "text", max: null, format: "plain" };
  const mappings = [mapping(1, "UsrOrderNumber", "Order number", text, "leave_out"), mapping(2, "UsrSentiment", "Sentiment", text, "suggest"), mapping(3, "UsrAiSummary", "Ai summary", text, "suggest")];
  const saved = (await engine.call({ command: "mappings_save", connection: "creatio", based_on: 0, mappings })).body;
  assert.deepEqual(saved.problems, [], "the mappings are good");
  browser = await launch();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true, reducedMotion: "reduce" });
  page = await context.newPage();
  page.setDefaultTimeout(15_000);
  problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  await page.goto(engine.link("admin", "Mary Ellis"));
  await page.getByRole("main").waitFor();
  home = page.url().split("#")[0];
});

after(async () => {
  await browser?.close();
  await engine?.stop();
  await model?.stop();
  await crm?.stop();
});

test("who reads the conversations is chosen and tested, and its key is never shown again", async () => {
  // There is something to be read only once somebody has written.
  const talk = await engine.post("/v1/sessions", { source: "chat", external_id: "Zoe", channel: "web", contact: { name: "Zoe" } });
  await engine.post(`/v1/sessions/${talk.body.id}/events`, { events: [{ id: "e1", kind: "message", from: "customer", text: "Hello" }] });
  await goto("/mappings?c=creatio");
  await page.getByRole("button", { name: "Change", exact: true }).click();
  const sheet = page.getByRole("dialog", { name: "Who reads the conversations" });
  await sheet.getByText("A language model").click();
  await sheet.getByRole("textbox", { name: "Model" }).fill("stand-in");
  await sheet.getByRole("textbox", { name: "Address" }).fill(model.url);
  await sheet.getByLabel("Key", { exact: true }).fill("a wrong key");
  await sheet.getByRole("button", { name: "Save and test" }).click();
  await sheet.getByText(/Saved all the same/).waitFor();
  await faultless(page, "analyst-refused");
  await sheet.getByLabel("Key", { exact: true }).fill(KEY);
  await sheet.getByRole("button", { name: "Save and test" }).click();
  await sheet.getByText(/stand-in answered in/).waitFor();
  assert.equal(await sheet.getByLabel("Key", { exact: true }).inputValue(), "", "the key is gone from the page");
  await faultless(page, "analyst-good");
  const shown = await engine.call({ command: "analyst_show" });
  assert.equal(JSON.stringify(shown.body).includes(KEY), false, "and no answer tells it");
});

test("what the model read stands at the handoff, in the case, and nowhere more than it must", async () => {
  const session = await handOff("Ada");
  const made = await caseOf("Ada");
  await settled(session);
  assert.equal((await crm.ask("records/Case")).find((row) => row.Id === made.Id).UsrOrderNumber, "QX2-18MB");
  assert.equal(model.heard().includes(CARD), false, "a card number is blotted out before anything leaves");
  await goto(`/inbox/all?s=${session}`);
  const card = page.getByRole("group", { name: "Handoff" });
  await card.getByText("Ada was charged twice and wants the money back by Friday.").waitFor();
  assert.match(await card.textContent(), /by stand-in/, "it says who wrote it");
  for (const fact of ["English", "negative", "Refund of a double charge"]) assert.equal(await card.getByText(fact, { exact: true }).count(), 1, fact);
  await faultless(page, "conversation-summary");
  const fold = card.getByRole("button", { name: /^Summary/ });
  await fold.focus();
  await page.keyboard.press("Enter");
  await card.getByText("Refund of a double charge").waitFor({ state: "detached" });
});

test("what the model is unsure of is taken or put away by a person, and only what was taken is written", async () => {
  const made = await caseOf("Ada");
  const open = page.getByRole("region", { name: "Suggested for the case" });
  await open.waitFor();
  assert.equal(await open.getByRole("listitem").count(), 2);
  assert.equal(await open.getByText("I am furious", { exact: true }).count(), 1, "with the words that it was taken from");
  await open.getByRole("button", { name: "Write furious to Sentiment" }).focus();
  await page.keyboard.press("Enter");
  await until("it is written", async () => (await crm.ask("records/Case")).find((row) => row.Id === made.Id).UsrSentiment === "furious");
  await open.getByRole("button", { name: /^Put away: Refund by Friday/ }).click();
  await open.waitFor({ state: "detached" });
  const row = (await crm.ask("records/Case")).find((one) => one.Id === made.Id);
  assert.equal(row.UsrAiSummary, "", "what was put away is not written");
});

test("a column that the CRM refuses is told in Deliveries with its words, and leads to its mapping", async () => {
  await goto("/deliveries");
  await page.getByText("Nothing is stuck").waitFor();
  await crm.ask("columns", "PUT", { entity: "Case", column: "UsrOrderNumber", altered: "closed" });
  for (const name of ["Ben", "Cleo"]) {
    const session = await handOff(name);
    await caseOf(name);
    await settled(session);
  }
  const one = page.getByRole("region", { name: "Order number in creatio" });
  await one.getByText("left out of 2 conversations").waitFor();
  assert.match(await one.locator("code").last().textContent(), /UsrOrderNumber/, "in the CRM's own words");
  await one.getByRole("link", { name: /Cleo/ }).waitFor();
  await faultless(page, "deliveries-fields");
  await one.getByRole("link", { name: "Open mapping" }).click();
  await page.getByRole("alert").getByText("creatio refused Order number.").waitFor();
  await faultless(page, "mappings-refused");
});

test("a column that is removed raises an alarm on its mapping, and a saved version without it ends everything", async () => {
  await crm.ask("columns", "PUT", { entity: "Case", column: "UsrOrderNumber", altered: "removed" });
  await page.getByRole("button", { name: /read them again from creatio/ }).click();
  const alarm = page.getByRole("alert").filter({ hasText: "Order number is gone from creatio." });
  await alarm.waitFor();
  // A tip that the mouse left open is no part of the page.
  await page.mouse.move(0, 0);
  await page.getByRole("tooltip").waitFor({ state: "detached" });
  await faultless(page, "mappings-removed");
  await alarm.getByRole("button", { name: "Remove the mapping" }).click();
  await page.getByRole("button", { name: "Save as v2" }).click();
  await page.getByText("Saved as version 2").waitFor();
  await goto("/deliveries");
  await page.getByText("Nothing is stuck").waitFor();
  assert.equal(await page.getByRole("region", { name: "Fields that the CRM refused" }).count(), 0, "nothing is refused any more");
  assert.deepEqual(problems, [], "the pages had nothing to complain about");
});
