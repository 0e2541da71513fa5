// The desktop program under a display, a session bus and a window manager of its own, driven through WebDriver.
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "../../..");
const require = createRequire(path.join(root, "ui/package.json"));
const { Builder, By, Capabilities, error: refusals } = require("selenium-webdriver");
const target = process.env.CASEBRIDGE_TEST_TARGET ?? path.join(root, "target");
const folder = path.join(target, process.env.CASEBRIDGE_TEST_PROFILE ?? "debug");
const program = path.join(folder, "casebridge");
export const engine = path.join(folder, "casebridged");
const bridge = process.env.CASEBRIDGE_TEST_DRIVER ?? path.join(target, "tools/bin/tauri-driver");

export { By };

/** Waits for a condition. What the page draws anew in the middle of it is looked for once more. */
export async function until(what, condition) {
  const drawnAnew = (error) => {
    if (!(error instanceof refusals.StaleElementReferenceError)) throw error;
  };
  for (const end = Date.now() + 30_000; Date.now() < end;) {
    const value = await Promise.resolve().then(condition).catch(drawnAnew);
    if (value) return value;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  assert.fail(`did not come true: ${what}`);
}

const freePort = () =>
  new Promise((done, fail) => {
    const server = createServer();
    server.once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

/** The first line that a process prints on one of its streams. */
function firstLine(child, stream) {
  return new Promise((done, fail) => {
    let said = "";
    child.once("exit", (code) => fail(new Error(`${child.spawnfile} ended with ${code}: ${said}`)));
    child.stdio[stream].on("data", (chunk) => {
      said += chunk;
      if (said.includes("\n")) done(said.split("\n")[0]);
    });
  });
}

/** Asks a process to end, and waits for it. */
export async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once("exit", done));
  child.kill("SIGTERM");
  await gone;
}

/** A desktop of its own: nothing in it is shared with another test, nor with whoever runs the tests. */
export class Desktop {
  #children = [];

  static async start(more = {}) {
    const desktop = new Desktop();
    desktop.home = mkdtempSync(path.join(tmpdir(), "desktop-"));
    const folder = (name) => {
      const made = path.join(desktop.home, name);
      mkdirSync(made, { recursive: true, mode: 0o700 });
      return made;
    };
    desktop.data = folder("engine");
    desktop.log = path.join(desktop.home, "log");
    desktop.env = {
      PATH: process.env.PATH,
      LANG: "C.UTF-8",
      USER: "mary",
      HOME: desktop.home,
      XDG_CONFIG_HOME: folder("config"),
      XDG_DATA_HOME: folder("data"),
      XDG_STATE_HOME: folder("state"),
      XDG_CACHE_HOME: folder("cache"),
      XDG_RUNTIME_DIR: folder("runtime"),
      CASEBRIDGE_DATA: desktop.data,
      CASEBRIDGE_SECRETS_KEY: "a key for tests, long enough",
      ...more,
    };
    try {
      const display = desktop.#spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1440x900x24", "-nolisten", "tcp"], ["ignore", "ignore", "ignore", "pipe"]);
      desktop.env.DISPLAY = `:${(await firstLine(display, 3)).trim()}`;
      const bus = desktop.#spawn("dbus-daemon", ["--session", "--nofork", "--print-address=1"], ["ignore", "pipe", "ignore"]);
      desktop.env.DBUS_SESSION_BUS_ADDRESS = (await firstLine(bus, 1)).trim();
      desktop.#spawn("openbox", [], ["ignore", "ignore", "ignore"]);
      await until("the window manager is there", () => spawnSync("wmctrl", ["-m"], { env: desktop.env }).status === 0);
    } catch (error) {
      await desktop.stop();
      throw error;
    }
    return desktop;
  }

  #spawn(command, args, stdio) {
    const child = spawn(command, args, { env: this.env, stdio });
    child.on("error", (error) => console.error(`${command}: ${error.message}`));
    this.#children.push(child);
    return child;
  }

  /** Opens the program as WebDriver does; its arguments are its own. */
  async open(...args) {
    const [port, native] = [await freePort(), await freePort()];
    const log = openSync(this.log, "a");
    this.bridge = this.#spawn(bridge, ["--port", String(port), "--native-port", String(native)], ["ignore", log, log]);
    await until("the driver listens", async () => (await fetch(`http://127.0.0.1:${port}/status`).catch(() => null))?.ok);
    const wanted = new Capabilities({ browserName: "wry", "tauri:options": { application: program, args } });
    this.driver = await new Builder().usingServer(`http://127.0.0.1:${port}/`).withCapabilities(wanted).build();
    this.pid = await until("the window is there", () => Number(this.windows()[0]?.split(/\s+/)[2]));
    return this.driver;
  }

  /** Starts a program of this build without a driver, until it has said something; gives what it said. `look` is then
   * shown its process, before it is ended. */
  async said(name, words, look = () => undefined) {
    const child = spawn(path.join(folder, name), [], { env: this.env, stdio: ["ignore", "pipe", "pipe"] });
    this.#children.push(child);
    let heard = "";
    let gone = false;
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (heard += chunk));
    child.once("exit", () => (gone = true));
    const found = await until(`${name} says ${words}`, () => words.exec(heard) ?? (gone ? { heard } : null));
    const looked = found[0] && look(child.pid);
    await end(child);
    assert.ok(found[0], `${name} ended without saying ${words}: ${found.heard}`);
    return looked ?? found;
  }

  /** Ends the program and its driver; what it has kept stays. */
  async quit() {
    if (!this.driver) return;
    await this.driver.quit().catch(() => undefined);
    this.driver = undefined;
    const lives = () => {
      try {
        return process.kill(this.pid, 0);
      } catch {
        return false;
      }
    };
    // A closed window goes on working: the end of the session is what ends it.
    if (lives()) process.kill(this.pid, "SIGTERM");
    await until("the program has ended", () => !lives());
    await end(this.bridge);
  }

  /** Starts the program once more, as a person or the system would, and waits until it has handed over. */
  again(...args) {
    execFileSync(program, args, { env: this.env, timeout: 60_000, stdio: ["ignore", "ignore", "inherit"] });
  }

  /** Titles of the windows that can be seen. */
  windows() {
    return execFileSync("wmctrl", ["-lp"], { env: this.env, encoding: "utf8" }).split("\n").filter((line) => line.includes("Casebridge"));
  }

  close() {
    execFileSync("wmctrl", ["-c", "Casebridge"], { env: this.env });
  }

  /** What the page shows once something is there. */
  async seen(text) {
    const found = By.xpath(`//*[contains(normalize-space(.), ${JSON.stringify(text)}) and not(*[contains(normalize-space(.), ${JSON.stringify(text)})])]`);
    return until(`“${text}” is shown`, async () => (await this.driver.findElements(found))[0]);
  }

  async click(css, text = "") {
    await until(`${css} ${text} can be clicked`, async () => {
      for (const one of await this.driver.findElements(By.css(css))) {
        // What it holds, seen or only read aloud.
        const holds = (await one.getAttribute("textContent").catch(() => "")) ?? "";
        const named = (await one.getAttribute("aria-label").catch(() => "")) ?? "";
        if ((holds.includes(text) || named.includes(text)) && (await one.isDisplayed().catch(() => false))) {
          await one.click();
          return true;
        }
      }
      return false;
    });
  }

  where() {
    return this.driver.executeScript("return location.hash");
  }

  /** What a command of the shell answers to the page. */
  async ask(command, input = {}) {
    const script = "const [c, i, done] = arguments; window.__TAURI_INTERNALS__.invoke(c, i).then((ok) => done({ ok }), (error) => done({ error }))";
    return this.driver.executeAsyncScript(script, command, input);
  }

  async stop() {
    await this.quit();
    for (const child of this.#children.reverse()) await end(child);
    try {
      // Processes of the web view may still write into their caches for a moment.
      rmSync(this.home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    } catch {
      // A portal may keep a mount of its own in it for ever: the rest is the system's to clear.
    }
  }
}
