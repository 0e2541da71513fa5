// Every secret is a value of its own, and a whole round trip is made with them: good calls, refused ones, tokens that
// run out, a CRM that repeats in its errors what it was sent. Then everything that anybody can read is searched.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { CLIENT, launch, startCrm, startEngine, until } from "./support/engine.mjs";

/** Name to value of all that must stay hidden. */
const secrets = new Map();
const keep = (name, value) => (secrets.set(name, value), value);
const fresh = (name) => keep(name, `${name.replaceAll(" ", "-")}-${randomBytes(12).toString("hex")}`);

const logs = mkdtempSync(path.join(tmpdir(), "console-log-"));
const log = path.join(logs, "engine.log");
let crm, identity, instance, engine, browser, tokens = 0, echoes = 0;
const real = new Map();

async function served(answer) {
  const server = createServer((asked, reply) => {
    const parts = [];
    asked.on("data", (part) => parts.push(part));
    asked.on("end", () => void answer(asked, Buffer.concat(parts), reply));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => (server.closeAllConnections(), server.close()) };
}

function json(reply, status, body) {
  reply.writeHead(status, { "content-type": "application/json" });
  reply.end(JSON.stringify(body));
}

/** The identity service: it takes our secrets and gives out tokens that are known here. */
async function issue(asked, body, reply) {
  if (asked.method === "GET") {
    const answer = await fetch(`${crm.identity}${asked.url}`);
    reply.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "text/plain" });
    reply.end((await answer.text()).replaceAll(crm.identity, identity.url));
    return;
  }
  const form = new URLSearchParams(body.toString());
  const basic = Buffer.from((asked.headers.authorization ?? "").replace(/^Basic /, ""), "base64").toString();
  const sent = `${body} ${decodeURIComponent(basic)}`;
  const known = form.get("grant_type") !== "client_credentials" || sent.includes(secrets.get("client secret"));
  // An identity service that repeats what it was given in its refusal.
  if (!known) return json(reply, 400, { error: "invalid_client", error_description: `the secret in ${sent} is wrong` });
  const grant = new URLSearchParams({ grant_type: "client_credentials", client_id: CLIENT.id, client_secret: CLIENT.secret });
  const token = await (await fetch(`${crm.identity}/connect/token`, { method: "POST", body: grant })).json();
  const access = fresh(`access token ${(tokens += 1)}`);
  real.set(access, token.access_token);
  const more = form.get("grant_type") === "client_credentials" ? {} : { refresh_token: fresh(`refresh token ${tokens}`) };
  json(reply, 200, { ...token, ...more, access_token: access });
}

/** The CRM: now and then it refuses, and repeats the caller's token in its words. */
function onward(asked, body, reply) {
  const shown = (asked.headers.authorization ?? "").replace(/^Bearer /, "");
  const writes = asked.method !== "GET" && body.includes("an error, please");
  if (writes && echoes < 2) {
    echoes += 1;
    const message = `the caller ${asked.headers.authorization} may not do this`;
    return json(reply, echoes === 1 ? 401 : 500, { error: { code: "", message } });
  }
  const to = new URL(crm.instance);
  const headers = { ...asked.headers, host: to.host, authorization: `Bearer ${real.get(shown) ?? shown}` };
  const call = request({ host: to.hostname, port: to.port, path: asked.url, method: asked.method, headers }, (came) => {
    reply.writeHead(came.statusCode, came.headers);
    came.pipe(reply);
  });
  call.on("error", () => reply.destroy());
  call.end(body);
}

/** A person signs in, and the address that the browser ended on is pasted. */
async function signIn(name) {
  const child = spawn(engine.program, ["--data", engine.data, "connection", "sign-in", name, "--paste"], { env: engine.env, stdio: ["pipe", "pipe", "inherit"] });
  let said = "";
  child.stdout.on("data", (chunk) => (said += chunk));
  const url = new URL((await until("the address is printed", () => /^http\S+$/m.exec(said)?.[0])).trim());
  const back = new URL(url.searchParams.get("redirect_uri"));
  back.searchParams.set("code", fresh("authorization code"));
  back.searchParams.set("state", url.searchParams.get("state"));
  child.stdin.end(`${back}\n`);
  const code = await new Promise((done) => child.once("exit", done));
  assert.equal(code, 0, `the sign-in succeeds: ${said}`);
}

/** A browser of a role, and what it may ask. */
async function comeIn(role) {
  const link = engine.link(role, `A ${role}`);
  keep(`link of ${role}`, new URL(link).searchParams.get("link"));
  const { pathname, search } = new URL(link);
  const entered = await fetch(`${engine.url}${pathname}${search}`, { redirect: "manual" });
  const cookie = entered.headers.get("set-cookie").split(";")[0];
  keep(`cookie of ${role}`, cookie.split("=")[1]);
  const me = await (await fetch(`${engine.url}/console/me`, { headers: { cookie } })).json();
  const ask = async (body) => {
    const headers = { cookie, "x-casebridge-token": me.token, "content-type": "application/json" };
    return (await fetch(`${engine.url}/console/call`, { method: "POST", headers, body: JSON.stringify(body) })).text();
  };
  return { ask, me: JSON.stringify({ ...me, token: "" }) };
}

/** Which secrets stand in a text, as they are or as headers and addresses carry them. */
function told(text, except = []) {
  const bytes = Buffer.isBuffer(text) ? text : Buffer.from(text);
  const found = [];
  for (const [name, value] of secrets) {
    if (except.includes(name)) continue;
    const forms = [value, encodeURIComponent(value), Buffer.from(value).toString("base64").slice(0, -4), Buffer.from(`${CLIENT.id}:${value}`).toString("base64").slice(0, -4)];
    if (forms.some((form) => bytes.includes(form))) found.push(name);
  }
  return found;
}

before(async () => {
  crm = await startCrm();
  identity = await served(issue);
  instance = await served((...all) => onward(...all));
  const out = openSync(log, "w");
  engine = await startEngine({ more: ["--public-listen", "127.0.0.1:0"], level: "trace", err: out, secrets: fresh("key of the secret file") });
  closeSync(out);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await engine?.stop();
  instance?.stop();
  identity?.stop();
  await crm?.stop();
  rmSync(logs, { recursive: true, force: true });
});

test("no secret is told anywhere after a whole round trip", async () => {
  const add = (name, ...more) => ["connection", "add", "creatio", "--name", name, "--url", instance.url, "--identity-url", identity.url, "--client-id", CLIENT.id, "--set", "session_column=\"UsrSessionId\"", ...more];
  const back = ["--set", "back={\"poll_seconds\":1,\"idle_poll_seconds\":1}"];
  engine.cli(add("acme", "--secret-stdin", ...back), fresh("client secret"));
  engine.cli(add("me", "--as-person", "--redirect-uri", "http://127.0.0.1:9/callback"));
  await signIn("me");
  const settings = { url: instance.url, identity_url: identity.url, auth: { kind: "client_credentials", client_id: CLIENT.id } };
  const heard = [];
  const note = (where, text) => heard.push([where, text]);
  // A wrong secret, refused in words that repeat it.
  note("a test with a wrong secret", JSON.stringify(await engine.call({ command: "connection_try", settings, secret: fresh("wrong client secret") })));

  const webhook = async (name) => {
    const { url } = (await engine.call({ command: "webhook_url", name: "acme" })).body;
    keep(name, url.split("/").pop());
    return url;
  };
  const first = await webhook("webhook token");
  const key = (await engine.call({ command: "key_create", name: "chat" })).body.key;
  assert.ok(keep("API key", key)?.length > 20, "a key is shown once");
  keep("local token", engine.token);
  const roles = { viewer: await comeIn("viewer"), agent: await comeIn("agent"), admin: await comeIn("admin") };

  // Conversations, through the door that sources use.
  const source = async (place, body) => {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const answer = await fetch(`${engine.url}${place}`, { method: "POST", headers, body: JSON.stringify(body) });
    assert.ok(answer.ok, await answer.clone().text());
    return answer.json();
  };
  for (const [n, text] of ["Where is my parcel?", "an error, please", "Thank you"].entries()) {
    const { id } = await source("/v1/sessions", { source: "chat", external_id: `c${n}`, channel: "web" });
    await source(`/v1/sessions/${id}/events`, { id: "m1", kind: "message", from: "customer", text });
    await source(`/v1/sessions/${id}/handoff`, { id: "h1", reason: "asked for a person" });
  }
  const cases = await until("the cases stand, the refused one on a later try", async () => {
    const rows = (await crm.ask("records/Case")).filter((row) => row.UsrSessionId?.startsWith("chat/"));
    return new Set(rows.map((row) => row.UsrSessionId)).size === 3 && rows;
  });
  assert.equal(echoes, 2, "the CRM repeated the token in its refusals");
  // Tokens run out, and are renewed.
  await crm.ask("revoke-tokens", "POST");
  for (const name of ["acme", "me"]) note(`test of ${name}`, JSON.stringify(await engine.call({ command: "connection_test", name })));
  await crm.ask("act", "POST", { act: "portal_message", case: cases[0].Id, html: "<p>On its way.</p>" });
  const right = { event_type: "case_updated", caseId: cases[0].Id };
  const hook = async (url) => (await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(right) })).status;
  assert.equal(await hook(first), 200);
  await engine.call({ command: "webhook_regenerate", name: "acme", grace_minutes: 60 });
  assert.equal(await hook(await webhook("new webhook token")), 200);
  assert.equal(await hook(first), 200, "the old one works for its grace");
  assert.equal(await hook(first.replace(/[^/]*$/, fresh("wrong webhook token"))), 401);
  await fetch(`${engine.url}/v1/sessions`, { headers: { authorization: `Bearer ${fresh("wrong API key")}` } });
  await fetch(`${engine.url}/console/enter?link=${fresh("wrong link")}`);
  await until("the person's answer came back", async () => JSON.stringify((await engine.call({ command: "session_events", session: "chat/c0" })).body).includes("On its way.") || cases.some((row) => row.UsrSessionId !== "chat/c0"));

  // What each role is told by everything that it may read.
  const sessions = ["chat/c0", "chat/c1", "chat/c2"];
  const reads = [
    { command: "sessions_list", view: "all" }, { command: "sessions_counts" }, { command: "case_links" }, { command: "deliveries" }, { command: "lanes_list" },
    { command: "lanes_count" }, { command: "replies_list" }, { command: "connection_list" }, { command: "webhook_show", name: "acme" }, { command: "doctor" },
    { command: "key_list" }, { command: "console_visitors" }, { command: "export", sessions }, { command: "connection_test", name: "acme" }, { command: "connection_test", name: "me" },
    { command: "crm_choices", connection: "acme", what: "owner" }, { command: "replies_preview", connection: "acme" },
    ...sessions.flatMap((session) => ["session_open", "session_events", "trace", "explain"].map((command) => ({ command, session }))),
  ];
  for (const [role, { ask, me }] of Object.entries(roles)) {
    note(`who ${role} is`, me);
    for (const body of reads) note(`${body.command} to ${role}`, await ask(body));
  }
  for (const role of ["viewer", "agent"]) note(`webhook_url to ${role}`, await roles[role].ask({ command: "webhook_url", name: "acme" }));
  const traces = heard.filter(([where]) => where === "trace to admin").map(([, text]) => text).join();
  assert.ok(traces.includes("may not do this") && traces.includes("$batch"), "the traces hold the calls and the CRM's refusals");
  for (const args of [["doctor"], ["connection", "list", "--json"], ["key", "list", "--json"], ["lanes", "list", "--json"], ["export", ...sessions], ...sessions.map((one) => ["trace", one, "--json"])]) {
    let said = "";
    try {
      said = engine.cli(args);
    } catch (error) {
      said = `${error.stdout}${error.stderr}`;
    }
    note(`casebridged ${args.join(" ")}`, said);
  }

  // What the pages hold, of every screen and each role.
  for (const role of ["viewer", "admin"]) {
    const page = await (await browser.newContext()).newPage();
    const link = engine.link(role, "Mary");
    keep(`link in the browser of ${role}`, new URL(link).searchParams.get("link"));
    await page.goto(link);
    await page.getByRole("main").waitFor();
    keep(`cookie in the browser of ${role}`, (await page.context().cookies()).find((one) => one.name === "casebridge_console").value);
    const home = page.url().split("#")[0];
    const { session } = (await engine.call({ command: "find", text: "chat/c1" })).body;
    for (const route of ["inbox/all", `inbox/all?s=${session}`, `trace?s=${session}`, "deliveries", "links", "integrations", "integrations/acme", "integrations/me", "diagnostics", "settings"]) {
      await page.goto(`${home}#/${route}`);
      await page.waitForFunction(() => (document.querySelector("main")?.innerText.trim().length ?? 0) > 20 && !document.querySelector("main [aria-busy=true]"));
      note(`${route} before ${role}`, await page.content());
      note(`what ${route} keeps before ${role}`, await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href])));
    }
    await page.close();
  }

  const found = heard.flatMap(([where, text]) => told(text).map((name) => `${where}: ${name}`));
  const files = () => {
    for (const name of readdirSync(engine.data)) {
      // The one file whose purpose it is: the command line of the same user reads it.
      const except = name === "engine.json" ? ["local token"] : [];
      found.push(...told(readFileSync(path.join(engine.data, name)), except).map((secret) => `file ${name}: ${secret}`));
    }
  };
  files();
  assert.ok(readdirSync(engine.data).includes("casebridge.db-wal"), "the log of the database was searched too");
  await engine.end();
  files();
  const lines = readFileSync(log);
  assert.ok(lines.includes("TRACE") && lines.length > 20_000, "the log says all that it can");
  found.push(...told(lines).map((name) => `log: ${name}`));
  assert.ok(secrets.size > 20 && tokens >= 4, `there was something to find: ${[...secrets.keys()].join(", ")}`);
  assert.deepEqual([...new Set(found)], [], "no secret is told");
});
