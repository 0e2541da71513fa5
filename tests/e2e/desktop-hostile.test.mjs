// Hostile texts of every family in the desktop window: none may run, lead away or ask anybody anything.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { hostilePlace, last } from "./hostile-place.mjs";
import { walk } from "./hostile-walk.mjs";
import { payloads } from "./payloads.mjs";
import { Desktop, until } from "./support/desktop.mjs";

// Each fifth of the five hundred that the browser is shown: every family has more members than that.
const ALL = payloads(500).filter((_, n) => n % 5 === 0);
let place, desktop;

before(async () => {
  place = await hostilePlace(ALL);
  desktop = await Desktop.start({ CASEBRIDGE_DATA: place.engine.data });
});

after(async () => {
  await desktop?.stop();
  await place?.stop();
});

test("nothing that anybody writes runs in the window", async () => {
  const long = await place.speak();
  await until("every conversation was written to the CRM, or refused by it", place.written);
  const page = await desktop.open();
  await until("the list is there", () => page.executeScript("return document.querySelector('[role=option]') !== null"));
  await page.executeScript(() => {
    const heard = { ran: [], violations: [] };
    window.__heard = heard;
    window.__ran = (n) => heard.ran.push(n);
    document.addEventListener("securitypolicyviolation", (event) => heard.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}:${event.columnNumber} ${location.hash}`));
  });
  const run = (work, argument) => page.executeScript(`return (${work})(arguments[0])`, argument);
  const open = (route) => run((to) => { location.hash = `#${to}`; }, route);
  const seen = await walk({ open, run, until }, { sessions: long, total: ALL.length, last, parked: "acme" });
  const { alive, ...counts } = seen;
  assert.deepEqual(alive, [], "no text became an element");
  assert.ok(counts.rows >= 100 && counts.conversations === 10 && counts.steps > 40 && counts.screens > 25, `the walk saw all of it: ${JSON.stringify(counts)}`);
  const heard = await page.executeScript("return window.__heard");
  assert.deepEqual(heard, { ran: [], violations: [] }, "nothing ran or asked, and the page is the one that was opened first");
  assert.equal(desktop.windows().length, 1, "and no other window was opened");
});
