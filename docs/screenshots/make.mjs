// Makes the pictures of this folder from a running engine: node docs/screenshots/make.mjs LINK [CHROMIUM]
// LINK is what `casebridged console link` prints; playwright-core must be installed beside the pages (npm --prefix ui).
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const { chromium } = createRequire(path.join(here, "../../ui/package.json"))("playwright-core");
const [link, executablePath = "/usr/bin/chromium"] = process.argv.slice(2);

const SCREENS = [
  ["inbox", "#/inbox/all"],
  ["trace", "#/trace?s=SESSION"],
  ["deliveries", "#/deliveries"],
  ["case-links", "#/links"],
  ["integrations", "#/integrations/sandbox"],
  ["integrations-new", "#/integrations/new"],
  ["diagnostics", "#/diagnostics"],
  ["settings", "#/settings"],
];

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const context = await browser.newContext();
const page = await context.newPage();
await page.goto(link);
await page.getByRole("listbox").first().waitFor();
const home = page.url().split("#")[0];
await page.getByRole("listbox").first().focus();
await page.keyboard.press("j");
await page.waitForURL(/s=ses_/);
const session = new URL(page.url().replace("#", "")).searchParams.get("s");
for (const [theme, width] of [["light", 1440], ["dark", 1440], ["light", 1024], ["dark", 1024]]) {
  await page.emulateMedia({ colorScheme: theme });
  await page.setViewportSize({ width, height: width === 1440 ? 900 : 720 });
  for (const [name, route] of SCREENS) {
    await page.goto(home + route.replace("SESSION", session));
    await page.waitForLoadState("networkidle", { timeout: 2_000 }).catch(() => undefined);
    if (name === "inbox") {
      await page.getByRole("listbox").first().focus();
      await page.keyboard.press("j");
      await page.getByRole("log").waitFor();
    }
    await page.waitForTimeout(700);
    const suffix = width === 1440 ? "" : `-${width}`;
    await page.screenshot({ path: path.join(here, `${name}${suffix}-${theme}.png`) });
  }
}
await browser.close();
