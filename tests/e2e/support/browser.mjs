// What the tests put in the place of the system's browser: opens one address, and presses Allow or Deny on the sign-in page
// of a stand-in org, as the file `press` in its folder says. It writes down where it was, and shows nothing.
import { appendFileSync, readFileSync } from "node:fs";
import path from "node:path";

const [folder, asked] = process.argv.slice(2);
const press = readFileSync(path.join(folder, "press"), "utf8").trim();
const page = await fetch(asked);
if (!(await page.text()).includes('name="decision"')) throw new Error(`this is no sign-in page: ${asked}`);
const form = new URLSearchParams({ username: "integration@sandbox.example", password: "sandbox", decision: press });
const answer = await fetch(asked, { method: "POST", body: form, redirect: "manual" });
const ended = answer.headers.get("location");
const said = await (await fetch(ended)).text();
appendFileSync(path.join(folder, "visits"), `${JSON.stringify({ asked, press, ended, said })}\n`);
