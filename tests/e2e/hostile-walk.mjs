// Through every screen of the console with hostile texts in all of them. It knows no browser: whoever has one gives
// `open(route)`, `run(function, argument)` in the page, and `until(what, condition)`.

/** What of the texts became more than text. */
const alive = () => {
  const found = [];
  for (const one of document.querySelectorAll("*")) {
    const name = one.localName;
    const odd = ["script", "iframe", "object", "embed", "base", "math", "video", "audio", "marquee", "plaintext", "xmp", "listing"].includes(name) && !(name === "script" && one.src.startsWith(location.origin));
    const handlers = one.getAttributeNames().filter((attribute) => attribute.startsWith("on"));
    const led = ["href", "src", "action", "xlink:href", "srcset", "formaction"].map((attribute) => one.getAttribute(attribute) ?? "").filter((to) => /^\W*(java|vb)\W*script|outside\.invalid|^data:text/i.test(to));
    if (odd || handlers.length > 0 || led.length > 0) found.push(one.outerHTML.slice(0, 200));
  }
  return found;
};

const settled = () => !document.querySelector("main [aria-busy=true]") && (document.querySelector("main")?.innerText.trim().length ?? 0) > 20;

/** Goes everywhere; gives what it saw, so that nobody takes a walk past empty screens for a good one. */
export async function walk({ open, run, until }, { sessions, total, last, parked }) {
  const seen = { rows: 0, conversations: 0, steps: 0, screens: 0, alive: [] };
  const look = async (where) => {
    for (const one of await run(alive)) seen.alive.push(`${where}: ${one}`);
  };
  const show = async (route) => {
    await open(route);
    await until(`${route} shows itself`, () => run(settled));
    seen.screens += 1;
  };

  await show("/inbox/all");
  const rows = new Set();
  const scrolled = () => {
    const box = document.querySelector("[role=listbox]");
    const shown = [...document.querySelectorAll("[role=option]")];
    const ends = shown.map((one) => one.getBoundingClientRect());
    const frame = box.getBoundingClientRect();
    // Where drawing is slow the rows come after the scrolling: none may be passed by.
    const drawn = Math.min(...ends.map((one) => one.top)) <= frame.top + 1 && Math.max(...ends.map((one) => one.bottom)) >= frame.bottom - 1;
    if (drawn) box.scrollTop += box.clientHeight * 0.8;
    return shown.map((one) => one.id);
  };
  await until("the whole list was seen", async () => {
    for (const id of await run(scrolled)) rows.add(id);
    return rows.size >= total;
  });
  seen.rows = rows.size;
  await look("inbox");

  for (const [n, session] of sessions.entries()) {
    await show(`/inbox/all?s=${session}`);
    await until(`conversation ${n} is there`, () => run((words) => document.querySelector("[role=log]")?.textContent.includes(words), last(n)));
    await run(() => {
      for (const one of document.querySelectorAll("[role=log] [aria-expanded=false], [role=log] summary")) one.click();
    });
    seen.conversations += 1;
    await look(`conversation ${n}`);
    await show(`/trace?s=${session}`);
    await until(`trace ${n} is there`, () => run(() => document.querySelectorAll("[role=option], [role=row], .tbody [id]").length > 3));
    // Every step of some, the newest of the others: what a step holds stands in the pane beside it.
    const steps = await run((all) => {
      const list = [...document.querySelectorAll(".tbody [role=option], .tbody [role=row]")];
      const some = all ? list : list.slice(-2);
      for (const one of some) one.click();
      return some.length;
    }, n % 10 === 0);
    seen.steps += steps;
    await look(`trace ${n}`);
  }
  for (const route of ["/deliveries", "/links", "/integrations", `/integrations/${parked}`, "/diagnostics", "/settings", "/inbox/trouble"]) {
    await show(route);
    await run(() => {
      for (const one of document.querySelectorAll("main [aria-expanded=false], main summary")) one.click();
    });
    await look(route);
  }
  return seen;
}
