// A Salesforce org from nothing, over the real engine and the stand-in org: Deny, connect, the kit, a round trip, a
// sign-in that ended, and the way out. Run by `cargo xtask test`; alone: node --test tests/e2e/salesforce.test.mjs, with
// target/debug/casebridged and the sandbox's examples built.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { faultless } from "./looks.mjs";
import { launch, ORG, startEngine, startOrg, until } from "./support/engine.mjs";

let org, engine, browser, context, page, problems, session;

const listed = () => JSON.parse(engine.cli(["--json", "connection", "list"]));
const screen = () => page.getByRole("region", { name: "Sign-in under way" });

/** Another tab, where Salesforce asks the person. */
async function salesforceAsks() {
  const opened = context.waitForEvent("page");
  await page.getByRole("link", { name: "Open the sign-in" }).click();
  const tab = await opened;
  await tab.getByRole("button", { name: "Allow" }).waitFor();
  return tab;
}

/** The person signs in there as this user; the browser comes back to Casebridge's own page. */
async function allow(user) {
  const tab = await salesforceAsks();
  await tab.getByLabel("Username").fill(user);
  await tab.getByLabel("Password").fill(ORG.password);
  await tab.getByRole("button", { name: "Allow" }).click();
  await tab.getByRole("heading", { name: "Casebridge has the answer" }).waitFor();
  assert.match(tab.url(), /^http:\/\/localhost:17\d\d\/oauth\/salesforce\/callback\?/, "R32: it came back to this computer");
  await tab.close();
}

const cases = () => org.ask("records/Case");

before(async () => {
  [org, engine, browser] = await Promise.all([startOrg(), startEngine(), launch()]);
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true, reducedMotion: "reduce" });
  page = await context.newPage();
  problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  // A refusal is shown on the page; that the browser notes its status is no complaint.
  page.on("console", (line) => line.type() === "error" && !line.text().startsWith("Failed to load resource") && problems.push(line.text()));
  await page.goto(engine.link("admin", "Mary"));
  await page.getByRole("link", { name: "Connect Salesforce" }).click();
  await page.getByRole("heading", { name: "Connect Salesforce" }).waitFor();
});

after(async () => {
  await browser?.close();
  await Promise.all([engine?.stop(), org?.stop()]);
});

test("Deny is told in words, and nothing is stored", async () => {
  await faultless(page, "salesforce-new");
  await page.getByLabel("Login URL").fill(`${org.instance}/lightning/page/home`);
  await page.getByLabel("Client ID").fill(ORG.client);
  await page.keyboard.press("Control+Enter");
  const tab = await salesforceAsks();
  await faultless(page, "salesforce-waiting");
  await tab.getByRole("button", { name: "Deny" }).click();
  await tab.getByRole("heading", { name: "The sign-in was not granted" }).waitFor();
  await tab.close();
  await page.getByText(/end-user denied authorization/).waitFor();
  await page.getByText(/begin again and press Allow.*Nothing was saved/s).waitFor();
  assert.deepEqual(listed(), [], "nothing is stored");
  await faultless(page, "salesforce-denied");
});

test("a sign-in that is cancelled frees its port, and leaves nothing that waits", async () => {
  await page.keyboard.press("Control+Enter");
  await screen().getByRole("button", { name: "Cancel" }).click();
  await screen().waitFor({ state: "detached" });
  await until("the listener is closed", async () => !(await fetch("http://localhost:1717/").then(() => true, () => false)));
});

test("Allow connects the org, and leads to the other steps", async () => {
  await page.keyboard.press("Control+Enter");
  await allow("integration@sandbox.example");
  await page.getByText(/^Connected as integration@sandbox\.example @ localhost$/).waitFor();
  const [one] = listed();
  assert.equal(one.kind, "salesforce");
  assert.match(one.instance, /^salesforce:00D/, "ids hang on the org");
  assert.equal(one.settings.login_url, `${org.instance}/`, "what was pasted is cut to the login address");
  assert.ok(!JSON.stringify(one).includes("refresh"), "no token is among what is shown");
});

test("an owner is chosen among queues and people, tested and saved", async () => {
  const owner = page.getByLabel("Owner", { exact: true });
  await owner.locator("optgroup[label=Queues] option").first().waitFor({ state: "attached" });
  const queue = await owner.locator("optgroup[label=Queues] option").first().getAttribute("value");
  await owner.selectOption(queue);
  await page.keyboard.press("Control+Enter");
  await page.getByText("Saved.").waitFor();
  await page.getByRole("table", { name: "Rights in Salesforce" }).getByRole("row", { name: /^Case Yes Yes Yes/ }).waitFor();
  assert.equal(listed()[0].settings.owner, queue);
  assert.match(queue, /^00G\w{15}$/, "as Salesforce writes it");
});

test("the kit is refused to a user without the right, with the reason", async () => {
  const table = page.getByRole("table", { name: "What the org has of the kit" });
  await until("the fields are not there yet", async () => (await table.getByText("Missing").count()) >= 5);
  await page.getByRole("button", { name: "Preview" }).click();
  await page.getByRole("alert").filter({ hasText: /Nothing was changed in the org/ }).waitFor();
  assert.equal((await org.ask("state")).rules.length, 0);
});

test("an admin signs in instead: the kit is previewed without a change, then deployed with one click", async () => {
  await page.getByRole("button", { name: "Sign in again" }).click();
  await allow("admin@sandbox.example");
  await page.getByText(/^Connected as admin@sandbox\.example @ localhost$/).waitFor();
  await page.getByRole("button", { name: "Preview" }).click();
  await page.getByText("It can be deployed.").waitFor();
  assert.deepEqual((await org.ask("state")).deployed, [], "a preview deploys nothing");
  await faultless(page, "salesforce-kit");
  await page.getByRole("button", { name: "Deploy", exact: true }).click();
  await page.getByText("Deployed.", { exact: true }).waitFor();
  const table = page.getByRole("table", { name: "What the org has of the kit" });
  await until("each field is there", async () => (await table.getByText("Missing").count()) === 0);
  assert.ok((await org.ask("state")).rules.some((rule) => rule.startsWith("Case.")), "the rule stands in the org");
});

test("a conversation becomes a case there, the rep answers on it, and the answer stands in the conversation", async () => {
  engine.cli(["connection", "set", "Salesforce", "--set", 'back={"poll_seconds":1,"idle_poll_seconds":1}']);
  const made = await engine.post("/v1/sessions", { source: "chat", external_id: "c1", channel: "web", contact: { name: "Ada Byron" } });
  session = made.body.id;
  await engine.post(`/v1/sessions/${session}/events`, { events: [{ id: "e1", kind: "message", from: "customer", text: "Where is my parcel?" }, { id: "e2", kind: "handed_off", reason: "asked for a person" }] });
  const [row] = await until("the case stands", async () => (await cases()).length > 0 && cases());
  assert.equal(row.Case_From__c, "opencx");
  await page.goto(`${page.url().split("#")[0]}#/inbox/all?s=${session}`);
  await page.getByRole("log").getByText("Where is my parcel?").waitFor();
  await page.getByText(row.CaseNumber).first().waitFor();
  const link = page.getByRole("region", { name: "Case", exact: true }).getByRole("link", { name: /^Open/ });
  await link.waitFor();
  assert.equal(await link.getAttribute("href"), `${org.instance}/lightning/r/Case/${row.Id}/view`, "R28: by Salesforce's own id");
  const opened = context.waitForEvent("page");
  await link.click();
  const rep = await opened;
  await rep.getByRole("button", { name: "Log in as Rita Rep" }).click();
  await rep.getByRole("heading", { name: new RegExp(row.CaseNumber) }).waitFor();
  assert.equal(rep.url(), `${org.instance}/lightning/r/Case/${row.Id}/view`, "the login leads on to the case");
  const comment = async (text, published) => {
    await rep.locator("summary", { hasText: "Case comment" }).click();
    const form = rep.locator("details[open] form");
    await form.getByLabel("Comment").fill(text);
    if (published) await form.getByRole("checkbox").check();
    await form.getByRole("button").click();
    await rep.locator("article", { hasText: text }).waitFor();
  };
  await comment("she sounds angry, careful", false);
  await comment("It left Lyon this morning.", true);
  assert.match(await rep.locator("article", { hasText: "It left Lyon" }).innerText(), /Public comment\s+Rita Rep/, "in the rep's own name");
  await rep.close();
  await page.getByRole("log").getByText("It left Lyon this morning.").waitFor();
  assert.equal(await page.getByText("she sounds angry").count(), 0, "R8: what is internal stays there");
});

test("the case leads to its conversation, by number and by the address of its page", async () => {
  const [row] = await cases();
  for (const text of [row.CaseNumber, `https://sandbox.lightning.force.com/lightning/r/Case/${row.Id}/view`]) {
    const found = await engine.call({ command: "find", text });
    assert.deepEqual([found.status, found.body.session], [200, session], text);
  }
});

test("a sign-in that was revoked there is told with the way on, and what waited goes on", async () => {
  await org.ask("revoke-tokens?refresh=true", "POST");
  await engine.post(`/v1/sessions/${session}/events`, { events: [{ id: "e3", kind: "message", from: "customer", text: "Thank you!" }] });
  await page.goto(`${page.url().split("#")[0]}#/integrations/Salesforce`);
  await page.getByText("Reconnect needed.").waitFor();
  await faultless(page, "salesforce-reconnect");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await allow("admin@sandbox.example");
  await page.getByText(/^Connected as admin@sandbox\.example @ localhost$/).waitFor();
  const said = async () => (await org.ask("records/CaseComment")).filter((row) => row.CommentBody.includes("Thank you!")).length;
  await until("the message that waited stands there", async () => (await said()) > 0);
  assert.equal(await said(), 1, "once");
});

test("disconnecting counts first, gives the sign-in back, and lists what stays in the org", async () => {
  await page.getByRole("button", { name: "Disconnect…" }).click();
  const sheet = page.getByRole("dialog", { name: "Disconnect Salesforce?" });
  await sheet.getByText(/conversations are no longer followed/).waitFor();
  await faultless(page, "salesforce-disconnect");
  await sheet.getByRole("button", { name: "Disconnect", exact: true }).click();
  const gone = page.getByRole("dialog", { name: "Salesforce is disconnected" });
  await gone.getByText(/Salesforce has revoked the sign-in/).waitFor();
  assert.ok((await gone.getByRole("listitem").count()) >= 4, "what an admin deletes there");
  await faultless(page, "salesforce-gone");
  await gone.getByRole("button", { name: "Done" }).click();
  await page.getByText("No CRM is connected").waitFor();
  assert.deepEqual(listed(), []);
  assert.equal((await cases()).length, 1, "the case stays");
  assert.deepEqual(problems, [], "no complaint of the browser");
});
