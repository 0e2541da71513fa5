// Scrolls the list in Chromium, in turn over the whole store and over a list of fifty, and prints how long frames took.
// node scroll.mjs LINK
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "../../..");
const { chromium } = createRequire(path.join(root, "ui/package.json"))("playwright-core");
const ROUNDS = 7;
const FRAMES = 240;

const browser = await chromium.launch({ executablePath: process.env.CASEBRIDGE_TEST_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
// What was asked until the first row was there, noted in the page itself: whoever looks from outside comes late.
await page.addInitScript(() => {
  const calls = [];
  const send = window.fetch;
  window.fetch = async (address, init) => {
    const command = init?.body ? JSON.parse(init.body).command : String(address).split("/").pop();
    calls.push(command);
    const answer = await send(address, init);
    // In the page: only a browser finds the engine's own name.
    if (command !== "sessions_list" || !sessionStorage.getItem("short")) return answer;
    return Response.json({ ...(await answer.json()), next: null });
  };
  const watch = new MutationObserver(() => {
    if (!document.querySelector("[role=option]")) return;
    watch.disconnect();
    window.__shown = { asked: [...calls], took: performance.now() };
  });
  watch.observe(document, { childList: true, subtree: true });
});
await page.goto(process.argv[2]);
await page.getByRole("option").first().waitFor();
const home = page.url().split("#")[0];

/** Opens the list anew, to its end or to its first fifty: how long until it is there, and what was asked until then. */
async function opened(short) {
  await page.evaluate((only) => (only ? sessionStorage.setItem("short", "1") : sessionStorage.removeItem("short")), short);
  await page.goto("about:blank");
  await page.goto(`${home}#/inbox/all`);
  await page.waitForFunction(() => window.__shown);
  return page.evaluate(() => window.__shown);
}

/** Scrolls to and fro by so much a frame; frame times in ms, and the most rows that were there at once. */
const scroll = (frames) => page.evaluate(async (count) => {
  const box = document.querySelector("[role=listbox]");
  const times = [];
  let [most, before, step] = [0, performance.now(), 60];
  for (let n = 0; n < count; n += 1) {
    const now = await new Promise((done) => requestAnimationFrame(() => done(performance.now())));
    times.push(now - before);
    before = now;
    if (box.scrollTop + box.clientHeight >= box.scrollHeight - 1) step = -60;
    if (box.scrollTop <= 0) step = 60;
    box.scrollTop += step;
    most = Math.max(most, document.querySelectorAll("[role=option]").length);
  }
  return { times: times.slice(5), most, far: box.scrollHeight };
}, frames);

const p95 = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)];
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const all = { long: [], short: [], ratio: [], took: [] };
let most = 0;
let far = 0;
let asked = [];
for (let round = 0; round <= ROUNDS; round += 1) {
  const first = await opened(false);
  asked = first.asked;
  const long = await scroll(FRAMES);
  await opened(true);
  const fifty = await scroll(FRAMES);
  most = Math.max(most, long.most);
  far = Math.max(far, long.far);
  if (round === 0) continue; // warms both
  all.took.push(first.took);
  all.long.push(p95(long.times));
  all.short.push(p95(fifty.times));
  all.ratio.push(p95(long.times) / p95(fifty.times));
}
await browser.close();

const line = (what, figure, yardstick, ratio) => console.log(`${what.padEnd(44)} ${figure.padEnd(26)} ${yardstick.padEnd(44)} ${ratio}`);
line("frame while scrolling, p95", `${median(all.long).toFixed(1)} ms`, `a list of 50: ${median(all.short).toFixed(1)} ms`, `${median(all.ratio).toFixed(2)}x`);
line("rows there at once, at most", `${most}`, `of ${Math.round(far / 76)} scrolled through`, most <= 60 ? "within 60" : "OVER 60");
line("calls until the list is shown", `${asked.length}: ${asked.join(", ")}`, "", asked.length <= 2 ? "within 2" : "OVER 2");
line("page opened to the list shown", `${median(all.took).toFixed(0)} ms`, "", "");
