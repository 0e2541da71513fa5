// A newcomer opens an empty console and tries a stand-in CRM: a Creatio, a Salesforce org, or both.
import assert from "node:assert/strict";
import { test } from "node:test";
import { faultless } from "./looks.mjs";
import { launch, startEngine } from "./support/engine.mjs";

async function story(tell) {
  const engine = await startEngine();
  const browser = await launch();
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true, reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto(engine.link("admin", "Mary"));
    await tell({ engine, context, page });
  } finally {
    await browser.close();
    await engine.stop();
  }
}

test("from nothing to a conversation with its case, by one button", () => story(async ({ page }) => {
  await page.getByRole("button", { name: "Start the sandbox" }).click();
  await page.getByRole("option", { name: /markup/ }).first().click();
  await page.getByRole("log").getByText("bold").first().waitFor();
  await page.getByText(/SR0000/).first().waitFor();
}));

test("the same with a Salesforce org, and on to the case's page there", () => story(async ({ context, page }) => {
  await page.getByRole("heading", { name: /Try with the sandbox/ }).waitFor();
  await faultless(page, "first-run");
  await page.getByRole("button", { name: "With Salesforce" }).click();
  await page.getByRole("option", { name: /markup/ }).first().click();
  await page.getByRole("log").getByText("bold").first().waitFor();
  const link = page.getByRole("region", { name: "Case", exact: true }).getByRole("link", { name: /^Open/ });
  await link.waitFor();
  const opened = context.waitForEvent("page");
  await link.click();
  const rep = await opened;
  await rep.getByRole("button", { name: "Log in as Rita Rep" }).click();
  await rep.getByRole("heading", { name: /^0000\d+/ }).waitFor();
  await rep.locator("summary", { hasText: "Case comment" }).click();
  await rep.getByLabel("Comment").fill("We have seen it, thank you.");
  await rep.getByLabel("Public").check();
  await rep.getByRole("button", { name: "Save" }).click();
  await page.getByRole("log").getByText("We have seen it, thank you.").waitFor();
}));

test("a second stand-in is started from Integrations, and its pages are opened from there", () => story(async ({ engine, page }) => {
  await page.getByRole("button", { name: "Start the sandbox" }).click();
  await page.getByRole("option", { name: /markup/ }).first().waitFor();
  await page.goto(`${page.url().split("#")[0]}#/integrations`);
  await page.getByRole("button", { name: "Start the stand-in Salesforce org" }).click();
  const pages = page.getByRole("link", { name: "Open its pages: stand-in Salesforce org" });
  await pages.waitFor();
  await page.getByRole("region", { name: "Connections" }).getByRole("link", { name: /sandbox-salesforce/ }).waitFor();
  await faultless(page, "stand-ins");
  const listed = JSON.parse(engine.cli(["--json", "connection", "list"]));
  assert.deepEqual(listed.map((one) => one.kind).sort(), ["creatio", "salesforce"]);
  assert.match(await pages.getAttribute("href"), /^http:\/\/localhost:\d+\/sandbox\/\?token=/, "on this computer only");
}));
