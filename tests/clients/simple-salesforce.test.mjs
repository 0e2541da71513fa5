// simple-salesforce does the data part over TLS. `PYTHON` names an interpreter that has it (requirements.txt).

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { test } from "node:test";

import { start } from "./sandbox.mjs";

test("simple-salesforce creates, reads, queries, describes and deletes", async () => {
  const org = await start("--kit");
  try {
    const { access_token: token } = await org.control("POST", "session", { username: "admin@sandbox.example" });
    const script = fileURLToPath(new URL("simple_salesforce_client.py", import.meta.url));
    const run = promisify(execFile)(process.env.PYTHON ?? "python3", [script, org.tls_instance_url, org.authority_file, token]);
    const { stdout } = await run;
    assert.match(stdout, /refused and deleted/);
  } finally {
    org.stop();
  }
});
