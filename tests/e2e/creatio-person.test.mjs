// A person signs in to a Creatio with their own rights: the browser leaves, comes back to this computer, and the console
// goes on by itself. Run by `cargo xtask test`; alone: node --test tests/e2e/creatio-person.test.mjs, with
// target/debug/casebridged and the sandbox's examples built.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { faultless } from "./looks.mjs";
import { launch, startCrm, startEngine, until } from "./support/engine.mjs";

/** The client of the stand-in for desktops: no secret, sign-in with PKCE only. */
const CLIENT = "8E02B7C4A91D4F56B3E70C2A5D81F94E";
let crm, engine, browser, context, page;

const listed = () => JSON.parse(engine.cli(["--json", "connection", "list"]));

/** Signs in on the page of the identity service, in a tab of its own. */
async function signIn() {
  const opened = context.waitForEvent("page");
  await page.getByRole("link", { name: "Open the sign-in" }).click();
  const tab = await opened;
  await tab.getByLabel("User name").fill("Supervisor");
  await tab.getByLabel("Password").fill("Supervisor");
  await tab.getByRole("button", { name: "Sign in" }).click();
  await tab.getByRole("heading", { name: "Casebridge has the answer" }).waitFor();
  assert.match(tab.url(), /^http:\/\/localhost:4182\/oauth\/creatio\/callback\?/, "R32: it came back to this computer");
  await tab.close();
}

before(async () => {
  [crm, engine, browser] = await Promise.all([startCrm(), startEngine(), launch()]);
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true, reducedMotion: "reduce" });
  page = await context.newPage();
  await page.goto(engine.link("admin", "Mary"));
});

after(async () => {
  await browser?.close();
  await Promise.all([engine?.stop(), crm?.stop()]);
});

test("the sign-in ends by itself, and the connection is there", async () => {
  await page.getByRole("link", { name: "Connect Creatio" }).click();
  await page.getByRole("radio", { name: /Sign in as yourself/ }).check();
  await page.getByLabel("Instance URL").fill(crm.instance);
  await page.getByLabel("Client ID", { exact: true }).fill(CLIENT);
  await page.getByLabel("Identity service").fill(crm.identity);
  assert.equal(await page.getByLabel("Redirect URI").inputValue(), "http://localhost:4182/oauth/creatio/callback");
  await faultless(page, "creatio-person");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("link", { name: "Open the sign-in" }).waitFor();
  await faultless(page, "creatio-person-waiting");
  await signIn();
  await page.getByText("Connected", { exact: true }).waitFor();
  const [one] = listed();
  assert.deepEqual([one.kind, one.settings.auth.kind, one.access.state], ["creatio", "authorization_code", "connected"]);
  assert.ok(!JSON.stringify(one).includes("refresh"), "no token is among what is shown");
});

test("whoever signs in again goes the same way", async () => {
  await page.getByRole("button", { name: "Sign in again" }).click();
  await signIn();
  await page.getByRole("region", { name: "Sign-in under way" }).waitFor({ state: "detached" });
  await until("it is connected", () => listed()[0].access.state === "connected");
  await faultless(page, "creatio-person-connected");
});
