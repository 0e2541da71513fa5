// An engine whose conversations and whose CRM say nothing but hostile texts.
import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import { CLIENT, each, startCrm, startEngine } from "./support/engine.mjs";

/** So many texts have one long conversation, which holds all of them in every place. */
export const TOGETHER = 10;
const REFUSED = "the CRM refuses this one";
/** As a name may be: short, and without control characters, which the door refuses. */
export const named = (text) => text.replaceAll(/[\u0000-\u001f\u007f]/g, "").slice(0, 250);

/** The CRM behind somebody who puts their words into its answers. */
async function evilCrm(crm, all) {
  let turn = 0;
  const to = new URL(crm.instance);
  const server = createServer((asked, answer) => {
    const parts = [];
    asked.on("data", (part) => parts.push(part));
    asked.on("end", () => {
      const body = Buffer.concat(parts);
      const said = () => all[turn++ % all.length];
      if (body.includes(REFUSED)) {
        answer.writeHead(400, { "content-type": "application/json" });
        answer.end(JSON.stringify({ error: { code: "", message: `${said()} ${said()}` } }));
        return;
      }
      const headers = { ...asked.headers, host: to.host };
      delete headers["accept-encoding"];
      const onward = request({ host: to.hostname, port: to.port, path: asked.url, method: asked.method, headers }, (came) => {
        const text = [];
        came.on("data", (part) => text.push(part));
        came.on("end", () => {
          const inside = (words) => JSON.stringify(words).slice(1, -1);
          const changed = Buffer.concat(text).toString("utf8")
            .replace(/"Number":"(SR\d+)"/g, (_, number) => `"Number":"${number} ${inside(named(said()))}"`)
            .replace(/"(Name|Title|Subject)":"([^"\\]*)"/g, (_, member, value) => `"${member}":"${value} ${inside(named(said()))}"`);
          const kept = { ...came.headers, "content-length": Buffer.byteLength(changed) };
          delete kept["transfer-encoding"];
          answer.writeHead(came.statusCode, kept);
          answer.end(changed);
        });
      });
      onward.on("error", () => answer.destroy());
      onward.end(body);
    });
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return server;
}

/** A conversation with ten of the texts in every place, or a short one. */
async function talk(engine, all, n) {
  const own = all.slice(n, n + TOGETHER);
  const long = n % TOGETHER === 0;
  const contact = { name: named(all[n]), email: { value: named(all[(n + 7) % all.length]), verified: false } };
  const made = await engine.post("/v1/sessions", { source: "hostile", external_id: `h${n}`, channel: n % 3 ? "web" : named(all[n]).slice(0, 40).trim() || "web", topic: named(all[n]), contact });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const events = [];
  const add = (kind, members) => events.push({ id: `e${events.length}`, kind, ...members });
  for (const text of long ? own : own.slice(0, 1)) {
    add("message", { from: "customer", text });
    if (!long) continue;
    add("message", { from: "agent", text, author: named(text) });
    add("reasoning", { text });
    add("tool_call", { name: named(text), arguments: { [text]: text, list: [text] }, results: { answer: text } });
    add("attachment_added", { from: "customer", attachment: { name: named(text), media_type: "text/html", url: `https://files.example/${encodeURIComponent(named(text))}` } });
  }
  if (long) add("handed_off", { reason: own[0], summary: own[1], language: "en", sentiment: named(own[2]) });
  if (n % 100 === 50) add("message", { from: "customer", text: REFUSED });
  if (long) add("message", { from: "customer", text: `the end of ${n}` });
  const said = await engine.post(`/v1/sessions/${made.body.id}/events`, { events });
  assert.ok(said.status < 300, JSON.stringify(said.body));
  return made.body.id;
}

/** The last words of the long conversation that begins with a text. */
export const last = (n) => `the end of ${n * TOGETHER}`;

/** Starts the CRM, somebody in between, and the engine. */
export async function hostilePlace(all) {
  const crm = await startCrm();
  const proxy = await evilCrm(crm, all);
  const engine = await startEngine();
  const url = `http://127.0.0.1:${proxy.address().port}`;
  const add = ["connection", "add", "creatio", "--name", "acme", "--url", url, "--identity-url", crm.identity, "--client-id", CLIENT.id, "--secret-stdin"];
  engine.cli([...add, "--set", "session_column=\"UsrSessionId\"", "--set", "back={\"poll_seconds\":1,\"idle_poll_seconds\":1}"], CLIENT.secret);
  return {
    crm,
    engine,
    /** Holds every conversation; gives the ids of the long ones. */
    async speak() {
      const ids = [];
      await each(all, 8, async (_, n) => {
        ids[n] = await talk(engine, all, n);
      });
      return ids.filter((_, n) => n % TOGETHER === 0);
    },
    /** Whether all of it was written, or refused as often as it should be. */
    async written() {
      const counts = (await engine.call({ command: "lanes_count" })).body[0].lanes;
      const refused = Math.floor((all.length + 49) / 100);
      return counts.all === all.length && counts.leased === 0 && counts.due <= refused && counts.failing + counts.parked >= refused;
    },
    async stop() {
      await engine.stop();
      proxy.closeAllConnections();
      proxy.close();
      await crm.stop();
    },
  };
}
