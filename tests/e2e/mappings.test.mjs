// Field mappings over the real engine and its sandbox CRM: three of them set up and tried as a new user would, by mouse and by keyboard alone.
// Run by `cargo xtask test`; alone: node --test tests/e2e/mappings.test.mjs, with target/debug/casebridged built.
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, afterEach, before, test } from "node:test";
import { faultless } from "./looks.mjs";
import { launch, startEngine, until } from "./support/engine.mjs";

const extra = path.join(tmpdir(), `mappings-${process.pid}.jsonl`);
/** What the story's customers say; the values that the mappings are to find stand in it. */
const told = (id, order) => ({
  id, channel: "web", topic: "Charged twice", contact: { name: "Ada Okafor", email: { value: `${id}@example.com`, verified: true } },
  turns: [
    { from: "customer", text: `You charged me twice. My order number is ${order}, and this is High priority for me.`, author: "Ada Okafor" },
    { from: "ai", text: "I am sorry. I bring a colleague in." },
  ],
});
let browser, engine, page, context, problems, steps;

const talk = (...all) => {
  writeFileSync(extra, all.map((one) => `${JSON.stringify(one)}\n`).join(""));
  engine.cli(["replay", extra, "--handoff-share", "1"]);
};
async function crm(what, method = "GET", body = undefined) {
  const at = new URL(/sandbox Creatio\s+(\S+)/.exec(engine.said)[1]);
  const answer = await fetch(`${at.origin}/sandbox/${what}${at.search}`, { method, headers: { "content-type": "application/json" }, ...(body ? { body: JSON.stringify(body) } : {}) });
  assert.ok(answer.ok, `${what}: ${answer.status}`);
  return answer.json().catch(() => null);
}
const caseOf = (session) => until(`a case for ${session}`, async () => (await crm("records/Case")).find((row) => row.UsrSessionId === `replay/${session}`));

/** A newcomer's engine: a connection, two past conversations, no mapping. */
async function arrive({ bypassCSP = false } = {}) {
  engine = await startEngine({ more: ["--sandbox"] });
  talk(told("first", "QX2-18MB"), told("second", "RK7-44QD"));
  await caseOf("first");
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce", bypassCSP });
  page = await context.newPage();
  page.setDefaultTimeout(30_000);
  problems = [];
  steps = 0;
  page.on("console", (line) => line.type() === "error" && problems.push(line.text()));
  page.on("pageerror", (error) => problems.push(error.message));
  await page.goto(engine.link("admin", "Mary Ellis"));
  await page.getByRole("listbox").first().waitFor();
}

const grid = () => page.getByRole("grid", { name: "Mappings, in their order" });
const results = () => page.getByRole("listbox", { name: "What would be written" });
const result = (words) => results().getByRole("option", { name: words });
const strong = () => page.locator("mark.on").allTextContents();

before(async () => {
  browser = await launch();
});
afterEach(async () => {
  await context?.close();
  await engine?.stop();
});
after(async () => {
  await browser?.close();
  rmSync(extra, { force: true });
});

test("three mappings with a dry run, by mouse", async () => {
  await arrive();
  const began = Date.now();
  const click = async (target) => {
    await target.click();
    steps += 1;
  };
  await click(page.getByRole("link", { name: "Field mappings" }));
  await page.getByText("No field is mapped yet").waitFor();
  for (const [column, instruction] of [["PriorityId", "How urgent it is for the customer"], ["UsrOrderNumber", "The number of the order that it is about"], ["UsrAiSummary", ""]]) {
    await click(page.getByRole("button", { name: /^Add a column/ }).first());
    await page.getByPlaceholder(/Title, name or type/).fill(column);
    steps += 1;
    await click(page.getByRole("option", { name: column }));
    if (instruction) {
      await page.getByLabel("Tell the AI what belongs here").fill(instruction);
      steps += 1;
    }
  }
  // The third is no question to the AI: it is what the conversation's source says.
  await click(page.getByRole("radiogroup", { name: "Filled from" }).getByText("Session"));
  await page.getByLabel("Which of the conversation").selectOption({ label: "Topic" });
  steps += 1;
  await click(page.getByRole("button", { name: "Run", exact: true }).first());
  await results().waitFor();
  await click(result(/^Order number/));
  await until("the words that the number was taken from are marked", async () => (await strong()).join(" ").match(/RK7-44QD|QX2-18MB/));
  assert.match(await result(/UsrAiSummary|Summary/i).textContent(), /Charged twice/, "the topic is what would be written");
  await click(page.getByRole("button", { name: "Save as v1" }));
  await page.getByText("Saved as version 1").waitFor();
  console.log(`by mouse: ${steps} steps, ${((Date.now() - began) / 1000).toFixed(1)} s`);
  assert.deepEqual(problems, [], "neither the page's policy nor its code was offended");
  assert.equal((await crm("records/Case")).filter((row) => row.UsrOrderNumber).length, 0, "a dry run writes nothing to the CRM");

  talk(told("third", "TT9-50ZC"));
  const made = await caseOf("third");
  const filled = await until("the next conversation fills its case", async () => (await crm("records/Case")).find((row) => row.Id === made.Id && row.UsrOrderNumber === "TT9-50ZC"));
  assert.equal(filled.UsrAiSummary, "Charged twice");
});

test("three mappings with a dry run, by keyboard alone", async () => {
  await arrive();
  const began = Date.now();
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
    steps += keys.length;
  };
  const type = async (text) => {
    await page.keyboard.type(text);
    steps += 1;
  };
  const focused = async (field) => {
    await field.waitFor();
    await until(`the focus is on ${field}`, () => field.evaluate((one) => one === document.activeElement));
  };
  await press("g", "m");
  await page.getByText("No field is mapped yet").waitFor();
  for (const [column, instruction] of [["PriorityId", "How urgent it is"], ["UsrOrderNumber", "The number of the order that it is about"], ["UsrSentiment", "How the customer feels"]]) {
    await press("Escape", "n");
    await focused(page.getByPlaceholder(/Title, name or type/));
    await type(column);
    await page.getByRole("option", { name: column }).waitFor();
    await press("Enter");
    await focused(page.getByLabel("Tell the AI what belongs here"));
    await type(instruction);
  }
  await press("Control+Enter");
  await results().waitFor();
  assert.equal(await results().getByRole("option").count(), 3);
  // Back to the list, the third one up to the first place, and off.
  await press("Escape");
  await until("the list has the focus", () => grid().evaluate((one) => one.contains(document.activeElement)));
  await press("Alt+ArrowUp", "Alt+ArrowUp");
  assert.match(await grid().getByRole("row").first().textContent(), /UsrSentiment/);
  await press("Space");
  assert.equal(await grid().getByRole("switch").first().getAttribute("aria-checked"), "false");
  await press("ArrowDown", "ArrowDown");
  await until("the evidence follows the list", async () => (await strong()).join(" ").match(/RK7-44QD|QX2-18MB/));
  await press("Control+s");
  await page.getByText("Saved as version 1").waitFor();
  console.log(`by keyboard: ${steps} steps, ${((Date.now() - began) / 1000).toFixed(1)} s`);
  assert.deepEqual(problems, [], "neither the page's policy nor its code was offended");

  // What was saved is what another desk sees.
  await page.reload();
  await grid().waitFor();
  assert.deepEqual((await grid().locator("code").allTextContents()), ["UsrSentiment", "PriorityId", "UsrOrderNumber"]);
});

test("rows are dragged, versions come back, an export comes in again, and no state has a fault that a machine finds", async () => {
  await arrive({ bypassCSP: true });
  await page.goto(`${page.url().split("#")[0]}#/mappings`);
  await page.getByText("No field is mapped yet").waitFor();
  await faultless(page, "mappings-empty");
  await page.keyboard.press("n");
  await page.getByRole("option").first().waitFor();
  await faultless(page, "mappings-picker");
  await page.keyboard.press("Escape");
  for (const column of ["PriorityId", "UsrOrderNumber", "UsrSentiment"]) {
    await page.getByRole("button", { name: /^Add a column/ }).first().click();
    await page.getByPlaceholder(/Title, name or type/).fill(column);
    await page.getByRole("option", { name: column }).click();
    await page.getByLabel("Tell the AI what belongs here").waitFor();
  }
  const grip = (n) => grid().getByRole("row").nth(n).locator(".grip").boundingBox();
  const [from, to] = [await grip(2), await grip(0)];
  await page.mouse.move(from.x + 8, from.y + 16);
  await page.mouse.down();
  for (const y of [0.7, 0.4, 0.1, 0]) await page.mouse.move(to.x + 8, to.y + 10 + (from.y - to.y) * y, { steps: 4 });
  await page.mouse.up();
  await until("the dragged row stands first", async () => (await grid().locator("code").first().textContent()) === "UsrSentiment");
  await page.keyboard.press("Control+s");
  await page.getByText("Saved as version 1").waitFor();

  await page.getByRole("button", { name: /^Conversations:/ }).click();
  await page.getByRole("listbox", { name: /^Conversations/ }).getByRole("option").nth(1).waitFor();
  await faultless(page, "mappings-conversations");
  await page.getByRole("button", { name: /Run on the latest/ }).click();
  const table = page.getByRole("grid", { name: /by conversation/ });
  await table.waitFor();
  // Each conversation stands there as soon as it is read.
  await until("field, filled, and two conversations", async () => (await table.getByRole("columnheader").count()) === 4);
  await faultless(page, "mappings-several");

  await page.getByRole("button", { name: "Export, import" }).click();
  const text = await until("the export is there", () => page.getByLabel("The export").inputValue());
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Remove the mapping/ }).click();
  await page.keyboard.press("Control+s");
  await page.getByText("Saved as version 2").waitFor();
  await page.getByRole("button", { name: "Export, import" }).click();
  await page.getByText("Import", { exact: true }).click();
  await page.getByLabel("The export to import").fill(text);
  await page.getByRole("button", { name: "Check" }).click();
  await page.getByText("All 3 mappings fit here.").waitFor();
  await faultless(page, "mappings-import");
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "Versions" }).click();
  await page.getByRole("option", { name: /Version 1/ }).click();
  await page.getByText("Restoring version 1 would").waitFor();
  await faultless(page, "mappings-versions");
  await page.getByRole("button", { name: "Restore version 1 as a draft" }).click();
  await page.keyboard.press("Control+s");
  await page.getByText("Saved as version 3").waitFor();
  assert.equal(await grid().getByRole("row").count(), 3);
  await faultless(page, "mappings");
});
