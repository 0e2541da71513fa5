// A newcomer opens an empty console and tries the sandbox.
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "../..");
const { chromium } = createRequire(path.join(root, "ui/package.json"))("playwright-core");
const program = path.join(process.env.CASEBRIDGE_TEST_TARGET ?? path.join(root, "target"), "debug/casebridged");

test("from nothing to a conversation with its case, by one button", async () => {
  const data = mkdtempSync(path.join(tmpdir(), "console-"));
  const env = { ...process.env, CASEBRIDGE_SECRETS_KEY: randomBytes(32).toString("hex"), CASEBRIDGE_LOG: "error" };
  const engine = spawn(program, ["--data", data, "serve", "--listen", "127.0.0.1:0"], { env, stdio: ["ignore", "pipe", "inherit"] });
  const browser = await chromium.launch({ executablePath: process.env.CASEBRIDGE_TEST_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  try {
    await new Promise((done) => {
      let said = "";
      engine.stdout.on("data", (chunk) => {
        said += chunk;
        if (said.includes("Stop with Ctrl-C")) done();
      });
    });
    const answer = execFileSync(program, ["--data", data, "console", "link", "--role", "admin", "--name", "Mary"], { env, encoding: "utf8" });
    const page = await browser.newPage();
    await page.goto(/(http:\S+\/console\/enter\S+)/.exec(answer)[1]);
    await page.getByRole("button", { name: "Start the sandbox" }).click();
    await page.getByRole("option", { name: /markup/ }).first().click();
    await page.getByRole("log").getByText("bold").first().waitFor();
    await page.getByText(/SR0000/).first().waitFor();
  } finally {
    await browser.close();
    engine.kill("SIGTERM");
    await new Promise((done) => engine.once("exit", done));
    rmSync(data, { recursive: true, force: true });
  }
});
