// How a page is looked at: the faults that a machine finds, in both themes, and pictures for whoever wants to see it.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { root } from "./support/engine.mjs";

const axe = createRequire(path.join(root, "ui/package.json")).resolve("axe-core");
const pictures = process.env.CASEBRIDGE_TEST_PICTURES;
/** Experimental in axe, and so off unless it is asked for: whoever speaks the words that stand on something must hit it. */
const RULES = { rules: { "label-content-name-mismatch": { enabled: true } } };

/** No fault that axe finds, in light and dark. The page's context must let the tool in (`bypassCSP`). */
export async function faultless(page, where, { widths = [1440, 1024] } = {}) {
  const size = page.viewportSize();
  for (const theme of ["light", "dark"]) {
    await page.evaluate((name) => { document.documentElement.dataset.theme = name; }, theme);
    if (!(await page.evaluate(() => Boolean(globalThis.axe)))) await page.addScriptTag({ path: axe });
    // What is still fading in has no colour of its own yet.
    await page.evaluate(() => Promise.allSettled(document.getAnimations().filter((one) => one.effect?.getComputedTiming().iterations !== Infinity).map((one) => one.finished)));
    const found = await page.evaluate(async (rules) => (await globalThis.axe.run(document.body, rules)).violations.map((one) => `${one.id}: ${one.nodes[0]?.html.slice(0, 200)}`), RULES);
    assert.deepEqual(found, [], `${where} in ${theme} has no fault that a machine finds`);
    if (!pictures) continue;
    mkdirSync(pictures, { recursive: true });
    for (const width of widths) {
      await page.setViewportSize({ width, height: size.height });
      await page.screenshot({ path: path.join(pictures, `${where}-${width}-${theme}.png`) });
    }
    await page.setViewportSize(size);
  }
  await page.evaluate(() => { document.documentElement.dataset.theme = "light"; });
}
