// What a start of the desktop program costs and opens: calls before the first list, and listening sockets.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";

import { Desktop, end, engine, root, until } from "./support/desktop.mjs";

let desktop;

/** Addresses on which a process and its children listen, as the kernel has them. */
function listening(pid) {
  const parents = new Map();
  for (const name of readdirSync("/proc").filter((one) => /^\d+$/.test(one))) {
    try {
      const words = readFileSync(`/proc/${name}/stat`, "utf8").split(") ")[1].split(" ");
      parents.set(Number(name), Number(words[1]));
    } catch {
      // It ended meanwhile.
    }
  }
  const family = [pid];
  for (const member of family) family.push(...[...parents].filter(([, parent]) => parent === member).map(([child]) => child));
  const sockets = new Set();
  for (const member of family) {
    for (const number of readdirSync(`/proc/${member}/fd`)) {
      try {
        sockets.add(/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${member}/fd/${number}`))?.[1]);
      } catch {
        // It was closed meanwhile.
      }
    }
  }
  const LISTEN = "0A";
  const rows = ["tcp", "tcp6"].flatMap((table) => readFileSync(`/proc/${pid}/net/${table}`, "utf8").trim().split("\n").slice(1)).map((row) => row.trim().split(/\s+/));
  return rows.filter((row) => row[3] === LISTEN && sockets.has(row[9])).map((row) => row[1]);
}

before(async () => {
  desktop = await Desktop.start();
});

after(() => desktop?.stop());

test("at most two calls stand between a start and its first list, with conversations and without", async () => {
  const usable = /the window is usable milliseconds=\d+ ipc_calls=(\d+)/;
  const [, empty] = await desktop.said("casebridge", usable);
  assert.ok(Number(empty) <= 2, `a newcomer's window asked ${empty} times`);
  const served = spawn(engine, ["--data", desktop.data, "serve", "--listen", "127.0.0.1:0"], { env: desktop.env, stdio: ["ignore", "ignore", "inherit"] });
  try {
    const cli = (...args) => execFileSync(engine, ["--data", desktop.data, ...args], { env: desktop.env, encoding: "utf8" });
    await until("the engine is there", () => readdirSync(desktop.data).includes("engine.json"));
    cli("replay", path.join(root, "docs/examples/conversations.jsonl"));
  } finally {
    await end(served);
  }
  const [, some] = await desktop.said("casebridge", usable);
  assert.ok(Number(some) <= 2, `a window with conversations asked ${some} times`);
});

test("a window that is told to end while its tray learns the first counts ends in order", async () => {
  // What the tray shows is the main thread's to change. One that waited for the engine instead kept a worker, and with
  // it mostly the engine, for good: 12 ends of 15.
  for (let round = 1; round <= 6; round++) {
    await desktop.said("casebridge", /the window is usable/);
    const left = readdirSync(desktop.data).filter((one) => /-(wal|shm)$/.test(one));
    assert.deepEqual(left, [], `round ${round}: an engine that stopped in order folds its log into the file`);
  }
});

test("a desktop listens on nothing until something needs it", async () => {
  // Without a driver, because WebDriver has the web view open a door for it.
  const doors = await desktop.said("casebridge", /the window is usable/, listening);
  assert.deepEqual(doors, [], "a start opens no door");
  await desktop.open();
  await desktop.seen("Integrations");
  const before = listening(desktop.pid);
  const { ok, error } = await desktop.ask("call", { command: { command: "sandbox_start" } });
  assert.ok(ok, JSON.stringify(error));
  const opened = listening(desktop.pid).filter((one) => !before.includes(one));
  assert.ok(opened.length > 0, "a door that is open is seen: the sandbox has one");
  for (const address of opened) assert.match(address, /^0100007F:/, "and it is this computer's own");
});
