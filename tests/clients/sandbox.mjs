// Starts a stand-in org in a process of its own, and ends it with the tests.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** Starts one with these flags; `SALESFORCE_SANDBOX` names the program (the example `salesforce` of the sandbox). */
export async function start(...flags) {
  const program = process.env.SALESFORCE_SANDBOX;
  if (!program) throw new Error("SALESFORCE_SANDBOX is not set: build it with `cargo build -p casebridge-sandbox --example salesforce`");
  const child = spawn(program, ["control", ...flags], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  const addresses = await new Promise((resolve, reject) => {
    lines.once("line", (line) => resolve(JSON.parse(line)));
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the stand-in ended with ${code}`)));
  });
  const control = async (method, path, body) => {
    const headers = { "x-sandbox-token": "control", "content-type": "application/json" };
    const answer = await fetch(`${addresses.instance_url}/sandbox/${path}`, { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? undefined : answer.json();
  };
  return { ...addresses, control, stop: () => child.kill() };
}
