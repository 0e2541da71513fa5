// A morning in the inbox without a mouse, over the real engine and the stand-in CRM: found, taken over, answered, given
// back, handed off, assigned, resolved and reopened. Run by `cargo xtask test`; alone:
// node --test tests/e2e/inbox.test.mjs, with target/debug/casebridged and the sandbox's examples built.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { faultless } from "./looks.mjs";
import { CLIENT, launch, startCrm, startEngine, until } from "./places.mjs";

const LUCIA = "Lucía Fernández-Oyarzábal de la Torre";
const LIOR = "ליאור בן־דוד";
const LONG = "Prof. Dr. Bartholomäus Maximilian von Hohenlohe-Langenburg-Schillingsfürst der Jüngere";
let crm, engine, browser, context, page, problems, ids;

/** A conversation as a source sends it. */
async function talk(external_id, name, channel, events) {
  const contact = { name, phone: { value: "+34 612 904 418", verified: true } };
  const made = await engine.post("/v1/sessions", { source: "chat", external_id, channel, contact });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const said = await engine.post(`/v1/sessions/${made.body.id}/events`, { events: events.map((event, n) => ({ id: `e${n}`, ...event })) });
  assert.ok(said.status < 300, JSON.stringify(said.body));
  return made.body.id;
}

const customer = (text) => ({ kind: "message", from: "customer", text });
const row = (words) => page.getByRole("option", { name: words });
const log = () => page.getByRole("log", { name: "Messages" });
const pane = () => page.getByRole("region", { name: "Conversation" });
const holds = (words) => page.getByRole("group", { name: "Reply" }).getByText(words).first().waitFor();
const press = (keys) => page.keyboard.press(keys);
const focused = (selector) => page.evaluate((one) => Boolean(document.activeElement?.closest(one)), selector);

async function find(words) {
  await press("/");
  await press("Control+a");
  await page.keyboard.type(words);
  await row(new RegExp(words)).first().waitFor();
  await press("ArrowDown");
  await pane().getByRole("heading", { name: new RegExp(words) }).waitFor();
}

/** Another person's browser, let in with a link of theirs. */
async function comeIn(role, name) {
  const own = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true });
  const theirs = await own.newPage();
  await theirs.goto(engine.link(role, name));
  await theirs.getByRole("main").waitFor();
  return theirs;
}

before(async () => {
  crm = await startCrm();
  engine = await startEngine();
  const add = ["connection", "add", "creatio", "--name", "creatio", "--url", crm.instance, "--identity-url", crm.identity, "--client-id", CLIENT.id, "--secret-stdin"];
  engine.cli([...add, "--set", "session_column=\"UsrSessionId\"", "--set", "back={\"poll_seconds\":1,\"idle_poll_seconds\":1}"], CLIENT.secret);
  ids = {
    zoe: await talk("zoe", "Zoë", "web", [customer("Is anybody there?")]),
    lior: await talk("lior", LIOR, "web", [customer("שלום, ההזמנה שלי עדיין לא הגיעה ואני כבר מחכה (RK7-44QD)")]),
    long: await talk("long", LONG, "email", [customer(`${"A sentence of a very long message that somebody pasted. ".repeat(178)}This is its end.`)]),
    lucia: await talk("lucia", LUCIA, "whatsapp", [
      customer("Hi, I changed flight RK7-44QD yesterday and you charged my card twice."),
      { kind: "message", from: "ai", text: "I can see two charges. Let me check whether the second one is a duplicate." },
      { kind: "reasoning", text: "Same amount, 61 seconds apart, one booking change." },
      { kind: "tool_call", name: "find_payments", arguments: { ref: "RK7-44QD" }, results: { found: 2, payments: [{ id: "p_8840", amount: 214.6 }, { id: "p_8841", amount: 214.6 }] } },
      customer("I fly on Monday the 23rd and need the money back before that."),
    ]),
  };
  browser = await launch();
  page = await comeIn("admin", "Mary");
  context = page.context();
  page.setDefaultTimeout(12_000);
  problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  await row(/Lucía/).waitFor();
});

after(async () => {
  await browser?.close();
  await engine?.stop();
  await crm?.stop();
});

test("a conversation is found by typing, and what matches nothing offers the way back", async () => {
  await press("/");
  await page.keyboard.type("zzzz nobody");
  await page.getByText("Nothing matches “zzzz nobody”").waitFor();
  await faultless(page, "inbox-nothing-matches");
  await press("Control+a");
  await press("Delete");
  await until("all four are listed again", async () => (await page.getByRole("option").count()) === 4);
  await find("Lucía");
  assert.equal(await focused("[role=listbox]"), true, "the focus stays in the list, so that J and K go on");
  await log().getByText("I fly on Monday the 23rd").waitFor();
  await faultless(page, "inbox-ai");
});

test("reasoning and tool calls unfold, with arguments and results", async () => {
  await press("x");
  await page.getByText("Same amount, 61 seconds apart").waitFor();
  const call = page.locator("summary", { hasText: "find_payments" });
  await call.focus();
  await press("Enter");
  await page.getByRole("region", { name: "Result" }).getByText("p_8841").waitFor();
  await faultless(page, "inbox-tools");
  await press("Escape");
  assert.equal(await focused("[role=listbox]"), true, "Escape leads back to the list");
  await press("x");
});

test("whoever takes over can write, and the reply stands on the case", async () => {
  await press("t");
  await holds("You hold this conversation.");
  await until("the focus is in the text", () => focused("[data-composer]"));
  await page.keyboard.type("Banks usually show it in 3 to 5 working days.");
  await press("Control+Enter");
  await log().getByText("Banks usually show it").waitFor();
  await until("the reply is in the CRM", async () => JSON.stringify(await crm.ask("records/Activity")).includes("Banks usually show it"));
  await faultless(page, "inbox-yours");
});

test("a reply written here says that it reached the customer's channel once its carrier took it, and not before", async () => {
  const said = log().getByRole("article").filter({ hasText: "Banks usually show it" });
  await said.getByText("On its way").waitFor();
  const { events } = (await engine.call({ command: "session_events", session: ids.lucia })).body;
  const reply = events.find((event) => event.kind === "agent_reply").body.reply_id;
  const taken = await engine.post(`/v1/replies/${reply}/taken`, {});
  assert.ok(taken.status < 300, JSON.stringify(taken.body));
  await said.getByText("Reached WhatsApp").waitFor();
  assert.equal(await said.getByText("On its way").count(), 0, "one of the two");
});

test("a message that arrives is read out once", async () => {
  const news = page.getByRole("status", { name: "New message" });
  const said = await engine.post(`/v1/sessions/${ids.lucia}/events`, { events: [{ id: "late", ...customer("Perfecto, gracias.") }] });
  assert.ok(said.status < 300, JSON.stringify(said.body));
  await until("the live region says it", async () => (await news.textContent()).includes("Perfecto, gracias."));
});

test("it is given back, handed off and assigned", async () => {
  await press("Escape");
  await press("Shift+T");
  await holds("AI holds this conversation.");
  await press("h");
  await page.getByRole("textbox", { name: "Hand off to a person" }).waitFor();
  await faultless(page, "inbox-hand-off");
  await page.keyboard.type("A refund over the AI's limit");
  await press("Enter");
  await page.getByRole("group", { name: "Handoff" }).getByText("A refund over the AI's limit").waitFor();
  await holds("Nobody holds this conversation.");
  await press("a");
  await page.getByRole("combobox", { name: "Assign to" }).waitFor();
  await press("Control+a");
  await page.keyboard.type("Daniel Reyes");
  await press("Enter");
  await holds(/Daniel Reyes holds this conversation/);
  await log().getByText(/You assigned it to Daniel Reyes|Mary assigned it to Daniel Reyes/).waitFor();
  await faultless(page, "inbox-assigned");
});

test("who comes second is told who was first, and keeps the draft", async () => {
  const ann = await comeIn("agent", "Ann");
  await find("Lucía");
  await press("h");
  await page.getByRole("textbox", { name: "Hand off to a person" }).waitFor();
  await press("Enter");
  await holds("Nobody holds this conversation.");
  await press("t");
  await holds("You hold this conversation.");
  await until("the focus is in the text", () => focused("[data-composer]"));
  await page.keyboard.type("A draft that must stay");
  await press("Escape");
  await press("Shift+T");
  await holds("AI holds this conversation.");
  await ann.goto(`${ann.url().split("#")[0]}#/inbox/all?s=${ids.lucia}`);
  await ann.getByRole("group", { name: "Reply" }).getByText("AI holds this conversation.").waitFor();
  await ann.keyboard.press("t");
  await ann.getByText("You hold this conversation.").waitFor();
  await holds(/Ann holds this conversation/);
  await press("t");
  const alert = page.getByRole("group", { name: "Reply" }).getByRole("alert");
  await alert.getByText(/Ann took this conversation over (just now|.* ago)\./).waitFor();
  await alert.getByText("Your draft is kept.").waitFor();
  assert.equal(await page.locator("[data-composer]").inputValue(), "A draft that must stay");
  await faultless(page, "inbox-second");
  await ann.context().close();
});

test("it is resolved and reopened", async () => {
  await press("e");
  await holds("This conversation is resolved.");
  await until("the CRM knows", async () => (await crm.ask("records/Case")).some((one) => one.UsrSessionId === "chat/lucia"));
  await faultless(page, "inbox-resolved");
  await press("e");
  await holds(/holds this conversation/);
});

test("the palette finds, the sheet of keys helps, and every place has its keys", async () => {
  await press("Control+k");
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  await page.keyboard.type("Hohenlohe");
  await page.getByRole("option", { name: /Hohenlohe/ }).first().waitFor();
  await faultless(page, "inbox-palette");
  await press("Enter");
  await pane().getByRole("heading", { name: /Hohenlohe/ }).waitFor();
  await press("?");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  await faultless(page, "inbox-shortcuts");
  await press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  for (const [key, place] of [["d", /deliveries/], ["c", /integrations/], ["l", /links/], ["n", /inbox\/needs_person/], ["a", /inbox\/ai/], ["i", /inbox\/all/]]) {
    await press("g");
    await press(key);
    await page.waitForURL(place);
  }
  const seen = new Set();
  for (let n = 0; n < 6; n += 1) {
    await press("F6");
    seen.add(await page.evaluate(() => document.activeElement?.closest("[data-region]")?.getAttribute("aria-label") ?? ""));
  }
  assert.ok(seen.has("Main") && seen.has("Sessions") && seen.has("Conversation"), `F6 goes round the regions: ${[...seen].join(", ")}`);
  await press("[");
  await page.locator(".app.narrow").waitFor();
  await press("[");
  await page.locator(".app:not(.narrow)").waitFor();
});

test("long names, long messages and 200 % zoom leave nothing out of reach", async () => {
  await find("Hohenlohe");
  const more = log().getByRole("button", { name: /^Show the other [\d,]+ characters$/ });
  await more.focus();
  await press("Enter");
  await log().getByText("This is its end.").waitFor();
  await faultless(page, "inbox-long");
  await page.setViewportSize({ width: 720, height: 450 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `nothing has to be scrolled sideways at 200 %: ${wide}`);
  await faultless(page, "inbox-zoom200", { widths: [720] });
  await press("Escape");
  await page.getByRole("listbox", { name: /^Sessions/ }).waitFor();
  await page.setViewportSize({ width: 1024, height: 768 });
  await find("ליאור");
  await press("]");
  await page.getByRole("complementary", { name: "Details" }).getByRole("region", { name: "Case" }).waitFor();
  await press("]");
  await page.setViewportSize({ width: 1440, height: 900 });
});

test("without the engine the words stay, sending is off, and support finds what it asks for", async () => {
  await find("Lucía");
  await press("/");
  await press("Control+a");
  await press("Delete");
  await row(/Zoë/).waitFor();
  await engine.end();
  await page.getByText(/^List as of/).waitFor();
  await page.getByRole("group", { name: "Reply" }).getByText("Sending is off until the engine answers.").waitFor();
  await log().getByText("I fly on Monday the 23rd").waitFor();
  assert.equal(await page.locator("[data-composer]").inputValue(), "A draft that must stay");
  await faultless(page, "inbox-no-engine");
  await row(/Zoë/).click();
  await page.getByText("What support will ask for").first().waitFor();
  await faultless(page, "inbox-error");
  assert.deepEqual(problems, [], "the pages had nothing to complain about");
});
