// What the stories of the browser start: the stand-in CRM and the engine, each in a process of its own.
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "../../..");
export const { chromium } = createRequire(path.join(root, "ui/package.json"))("playwright-core");
const built = path.join(process.env.CASEBRIDGE_TEST_TARGET ?? path.join(root, "target"), "debug");
/** The client that the stand-in knows. */
export const CLIENT = { id: "3C1F8A92D7E64B0FA5C2E81D09B7F463", secret: "5A0D7E1B94C83F62E7B1A5D09C4F8E3261B7D9A05C8E4F137D2B6A9E0C5F8314" };

/** Starts a program; its standard output so far, until `ready` says that it is enough. */
function started(program, args, env, ready, err = "inherit") {
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", err] });
  return new Promise((done, fail) => {
    let said = "";
    child.once("exit", (code) => fail(new Error(`${path.basename(program)} ended with ${code}: ${said}`)));
    child.stdout.on("data", (chunk) => {
      said += chunk;
      if (ready(said)) done({ child, said });
    });
  });
}

async function ended(child) {
  const gone = new Promise((done) => child.once("exit", done));
  if (child.exitCode === null && child.kill("SIGTERM")) await gone;
}

/** What the control pages of a stand-in take: records, acts, faults. */
function controls(instance, token) {
  const at = (place) => `${instance}/sandbox/${place}${place.includes("?") ? "&" : "?"}token=${token}`;
  const ask = async (place, method = "GET", body = undefined) => {
    const answer = await fetch(at(place), { method, headers: { "content-type": "application/json" }, ...(body ? { body: JSON.stringify(body) } : {}) });
    if (!answer.ok) throw new Error(`${method} ${place}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
  };
  return { at, ask };
}

/** The stand-in Creatio, and what is done there as the person at its keyboard. */
export async function startCrm(token = "t".repeat(24)) {
  const { child, said } = await started(path.join(built, "examples/creatio"), [token], process.env, (text) => text.includes("\n"));
  const { instance_url: instance, identity_url: identity } = JSON.parse(said.split("\n")[0]);
  return { instance, identity, ...controls(instance, token), stop: () => ended(child) };
}

/** The consumer key of the stand-in org's app for desktops, and the password of everybody there. */
export const ORG = { client: "3MVG9SandboxDesktop.Client_Key_for_the_External_Client_App_01", password: "sandbox" };

/** The stand-in Salesforce org; `more` are its flags, such as `--kit`. */
export async function startOrg(more = [], token = "t".repeat(24)) {
  const { child, said } = await started(path.join(built, "examples/salesforce"), [token, ...more], process.env, (text) => text.includes("\n"));
  const { instance_url: instance, login_url: login } = JSON.parse(said.split("\n")[0]);
  return { instance, login, ...controls(instance, token), stop: () => ended(child) };
}

/** A stand-in language model with a key; `says` is what it writes from then on, `heard` what it was asked last. */
export async function startModel(key) {
  const folder = mkdtempSync(path.join(tmpdir(), "model-"));
  const file = path.join(folder, "answer.json");
  const says = (answer) => writeFileSync(file, JSON.stringify(answer));
  says({});
  const { child, said } = await started(path.join(built, "examples/llm"), [file, key], process.env, (text) => text.includes("\n"));
  const stop = async () => {
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  };
  return { url: JSON.parse(said.split("\n")[0]).url, says, heard: () => readFileSync(`${file}.asked`, "utf8"), stop };
}

/** The engine on a folder of its own. `log` is where its log goes: a level, and a stream or descriptor. */
export async function startEngine({ more = [], level = "error", err = "inherit", secrets = randomBytes(32).toString("hex") } = {}) {
  const data = mkdtempSync(path.join(tmpdir(), "console-"));
  const env = { ...process.env, CASEBRIDGE_SECRETS_KEY: secrets, CASEBRIDGE_LOG: level };
  const program = path.join(built, "casebridged");
  const args = ["--data", data, "serve", "--listen", "127.0.0.1:0", ...more];
  const { child, said } = await started(program, args, env, (text) => text.includes("Stop with Ctrl-C"), err);
  const { url, token } = JSON.parse(readFileSync(path.join(data, "engine.json"), "utf8"));
  const cli = (args, input = "") => execFileSync(program, ["--data", data, ...args], { env, input, encoding: "utf8" });
  const post = async (place, body) => {
    const answer = await fetch(`${url}${place}`, { method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${token}` }, body: JSON.stringify(body) });
    return { status: answer.status, body: await answer.json() };
  };
  const link = (role, name) => /(http:\S+\/console\/enter\S+)/.exec(cli(["console", "link", "--role", role, "--name", name]))[1];
  const stop = async () => {
    await ended(child);
    rmSync(data, { recursive: true, force: true });
  };
  return { data, env, program, said, url, token, cli, post, link, stop, end: () => ended(child), call: (body) => post("/console/call", body) };
}

export const launch = () => chromium.launch({ executablePath: process.env.CASEBRIDGE_TEST_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

/** Waits for a condition; what it gives. */
export async function until(what, condition) {
  for (let tries = 0; tries < 1200; tries += 1) {
    const value = await condition();
    if (value) return value;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  throw new Error(`did not come true: ${what}`);
}

/** Does something with each, a few at a time. */
export async function each(all, some, work) {
  const left = all.map((one, n) => [one, n]);
  await Promise.all(Array.from({ length: some }, async () => {
    for (let next = left.shift(); next; next = left.shift()) await work(...next);
  }));
}
