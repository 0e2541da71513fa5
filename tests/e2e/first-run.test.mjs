// A newcomer opens an empty console and tries the sandbox.
import { test } from "node:test";
import { launch, startEngine } from "./support/engine.mjs";

test("from nothing to a conversation with its case, by one button", async () => {
  const engine = await startEngine();
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(engine.link("admin", "Mary"));
    await page.getByRole("button", { name: "Start the sandbox" }).click();
    await page.getByRole("option", { name: /markup/ }).first().click();
    await page.getByRole("log").getByText("bold").first().waitFor();
    await page.getByText(/SR0000/).first().waitFor();
  } finally {
    await browser.close();
    await engine.stop();
  }
});
