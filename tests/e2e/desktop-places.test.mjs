// Where the window's engine can be: in another process on the same data folder, in the window, on a team's server.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";

import { By, Desktop, end, engine, root, until } from "./support/desktop.mjs";

let desktop;
const served = [];

/** A `casebridged` on a data folder, with some conversations. */
async function serve(data, ...more) {
  const child = spawn(engine, ["--data", data, "serve", "--listen", "127.0.0.1:0", "--sandbox", ...more], { env: { ...desktop.env, CASEBRIDGE_LOG: "error" }, stdio: ["ignore", "pipe", "inherit"] });
  served.push(child);
  let said = "";
  await new Promise((done, fail) => {
    child.once("exit", (code) => fail(new Error(`the engine ended with ${code}: ${said}`)));
    child.stdout.on("data", (chunk) => {
      said += chunk;
      if (said.includes("Stop with Ctrl-C")) done();
    });
  });
  return child;
}

const cli = (data, ...args) => execFileSync(engine, ["--data", data, ...args], { env: desktop.env, encoding: "utf8" });
const link = (data, ...args) => /(http:\S+\/console\/enter\S+)/.exec(cli(data, "console", "link", ...args))[1];

async function join(pasted) {
  const field = await until("the field is there", async () => (await desktop.driver.findElements(By.css("[role=dialog] input")))[0]);
  await field.clear();
  await field.sendKeys(pasted);
  await desktop.click("[role=dialog] button", "Join");
}

before(async () => {
  desktop = await Desktop.start();
});

after(async () => {
  await desktop?.stop();
  for (const child of served) await end(child);
});

test("R17: a window that finds an engine on its folder is that engine's console", async () => {
  const child = await serve(desktop.data);
  cli(desktop.data, "replay", path.join(root, "docs/examples/conversations.jsonl"));
  await desktop.open();
  await desktop.click("[role=option]", "markup");
  await desktop.driver.executeScript('location.hash = "#/settings"');
  await desktop.seen(`process ${child.pid}`);
  const { ok: me } = await desktop.ask("me");
  assert.deepEqual([me.name, me.role, me.token], ["mary", "admin", ""], "what is written here is signed by who sits here");
});

test("changes of the other engine arrive, and its end is said with a way on", async () => {
  await desktop.driver.executeScript('location.hash = "#/inbox/all"');
  cli(desktop.data, "connection", "set", "sandbox", "--mode", "handoff");
  await desktop.driver.executeScript('location.hash = "#/integrations"');
  await end(served[0]);
  await desktop.seen("has stopped.");
  await desktop.click("button", "Start it here");
  await until("the window's own engine answers", async () => {
    const { ok } = await desktop.ask("this_computer");
    return ok?.place.kind === "own";
  });
  await desktop.click("[role=option]", "markup");
});

test("a link that is none, or spent, or whose server is down is refused, and nothing changes", async () => {
  const team = path.join(desktop.home, "team");
  mkdirSync(team);
  await serve(team);
  cli(team, "replay", path.join(root, "docs/examples/conversations.jsonl"));
  const spent = link(team, "--role", "agent", "--name", "Ann");
  // Node asks the system for names, and only browsers lead every *.localhost to this computer.
  const plain = spent.replace(/casebridge-\w+\.localhost/, "127.0.0.1");
  assert.equal((await fetch(plain, { redirect: "manual" })).status, 303, "somebody else uses the link up");
  await desktop.driver.executeScript('location.hash = "#/settings"');
  await desktop.click("button", "Join a team server");
  for (const [pasted, said] of [
    ["mary", "it is not an address"],
    ["http://team.example/console/enter?link=a", "without encryption"],
    ["http://127.0.0.1:9/console/enter?link=a", "does not answer"],
    [spent, "it was used before"],
  ]) {
    await join(pasted);
    await desktop.seen(said);
  }
  const { ok } = await desktop.ask("this_computer");
  assert.equal(ok.place.kind, "own", "nothing has changed");
});

test("a joined window is the server's console, with its role, also after a restart, until it leaves", async () => {
  const team = path.join(desktop.home, "team");
  const good = link(team, "--role", "agent", "--name", "Mary Major");
  await join(good);
  await until("the window has joined", async () => (await desktop.ask("this_computer")).ok?.place.kind === "joined");
  const { ok: me } = await desktop.ask("me");
  assert.deepEqual([me.name, me.role], ["Mary Major", "agent"]);
  const { error } = await desktop.ask("call", { command: { command: "connection_remove", name: "sandbox" } });
  assert.equal(error.code, "forbidden", "an agent's link makes no admin");
  cli(desktop.data, "lanes", "list"); // The folder is free: the window's own engine has let go of it.

  await desktop.quit();
  await desktop.open();
  await desktop.click("[role=option]", "markup");
  const { ok: again } = await desktop.ask("this_computer");
  assert.deepEqual([again.place.kind, again.place.kept], ["joined", true], "the sign-in outlives the run");
  const cookie = /casebridge_console/;
  for (const name of readdirSync(desktop.data).filter((one) => !one.startsWith("casebridge.db"))) {
    assert.doesNotMatch(readFileSync(path.join(desktop.data, name), "latin1"), cookie, `${name} holds no sign-in in clear`);
  }
  const clear = readFileSync(path.join(desktop.data, "window.json"), "utf8");
  assert.doesNotMatch(clear, /127\.0\.0\.1/, "where the server is, only the secret store knows");

  await desktop.driver.executeScript('location.hash = "#/settings"');
  await desktop.click("button", "Leave the server");
  await until("the window has left", async () => (await desktop.ask("this_computer")).ok?.place.kind === "own");
});
