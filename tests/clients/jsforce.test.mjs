// jsforce, as anybody would use it, against the stand-in org. Nothing here or there is made for the other.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, before, test } from "node:test";

import jsforce from "jsforce";

import { start } from "./sandbox.mjs";

const CLIENT_ID = "3MVG9SandboxDesktop.Client_Key_for_the_External_Client_App_01";
const REDIRECT = "http://localhost:1717/OauthRedirect";

let org;
let connection;

before(async () => {
  org = await start("--kit");
});

after(() => org.stop());

/** Fills in the sign-in page as a person does; answers where the browser is sent. */
async function allow(address) {
  const body = new URLSearchParams({ username: "admin@sandbox.example", password: "sandbox", decision: "allow" });
  const answer = await fetch(address, { method: "POST", body, redirect: "manual" });
  assert.equal(answer.status, 302, await answer.text());
  return new URL(answer.headers.get("location"));
}

test("signs in with PKCE and refreshes with a token that rotates", async () => {
  const oauth2 = new jsforce.OAuth2({ loginUrl: org.login_url, clientId: CLIENT_ID, redirectUri: REDIRECT, useVerifier: true });
  const back = await allow(oauth2.getAuthorizationUrl({ scope: "api refresh_token id", state: "s" }));
  assert.equal(back.searchParams.get("state"), "s");
  connection = new jsforce.Connection({ oauth2, version: "66.0" });
  const user = await connection.authorize(back.searchParams.get("code"));
  assert.match(user.id, /^005/);
  assert.match(user.organizationId, /^00D/);
  assert.equal(connection.instanceUrl, org.instance_url, "data is served by the org's own host");
  const identity = await connection.identity();
  assert.equal(identity.username, "admin@sandbox.example");

  const old = connection.refreshToken;
  const fresh = await oauth2.refreshToken(old);
  assert.notEqual(fresh.refresh_token, old);
  // The rotated-out token is not shown again, so nothing is voided.
  connection = new jsforce.Connection({ instanceUrl: fresh.instance_url, accessToken: fresh.access_token, version: "66.0" });
});

test("creates, reads, changes, finds and deletes", async () => {
  const made = await connection.sobject("Case").create({ Subject: "From jsforce", Origin: "Web" });
  assert.deepEqual([made.success, made.errors], [true, []]);
  const read = await connection.sobject("Case").retrieve(made.id);
  assert.equal(read.Subject, "From jsforce");
  await connection.sobject("Case").update({ Id: made.id, Subject: "It's changed" });
  const found = await connection.sobject("Case").find({ Subject: "It's changed" }, ["Id", "CaseNumber", "Owner.Name"]).limit(5);
  assert.deepEqual(found.map((row) => [row.Id, row.Owner.Name]), [[made.id, "Ada Admin"]]);
  const upserted = await connection.sobject("Case").upsert({ Casebridge_Id__c: "k-1", Subject: "Upserted" }, "Casebridge_Id__c");
  assert.equal(upserted.success, true);
  const described = await connection.sobject("Case").describe();
  assert.equal(described.fields.find((field) => field.name === "Subject").length, 255);
  await connection.sobject("Case").destroy(made.id);
  await assert.rejects(connection.sobject("Case").retrieve(made.id), { errorCode: "ENTITY_IS_DELETED" });
  await assert.rejects(connection.sobject("Case").create({ Foo: 1 }), { errorCode: "INVALID_FIELD" });
  await assert.rejects(connection.query("SELECT Id FORM Case"), { errorCode: "MALFORMED_QUERY" });
});

test("makes collections, row by row and all or none", async () => {
  const made = await connection.sobject("Case").create(Array.from({ length: 30 }, (_, at) => ({ Subject: `Row ${at}` })));
  assert.ok(made.every((row) => row.success));
  const mixed = [{ Subject: "good" }, { Subject: "x".repeat(256) }];
  const some = await connection.sobject("Case").create(mixed);
  assert.deepEqual(some.map((row) => row.success), [true, false]);
  assert.equal(some[1].errors[0].statusCode ?? some[1].errors[0].errorCode, "STRING_TOO_LONG");
  const none = await connection.sobject("Case").create(mixed, { allOrNone: true });
  assert.deepEqual(none.map((row) => row.success), [false, false]);
  const rows = await connection.query("SELECT Id, Subject FROM Case WHERE Subject LIKE 'Row %' ORDER BY Subject");
  assert.equal(rows.totalSize, 30);
  const changed = await connection.sobject("Case").update(made.map(({ id }) => ({ Id: id, Priority: "Low" })));
  assert.ok(changed.every((row) => row.success));
  const gone = await connection.sobject("Case").destroy(made.map(({ id }) => id));
  assert.ok(gone.every((row) => row.success));
});

test("sends composites, and reads the limits", async () => {
  const base = "/services/data/v66.0";
  const answer = await connection.request({
    method: "POST",
    url: `${base}/composite`,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      allOrNone: true,
      compositeRequest: [
        { method: "POST", url: `${base}/sobjects/Case`, referenceId: "one", body: { Subject: "Composite" } },
        { method: "POST", url: `${base}/sobjects/CaseComment`, referenceId: "two", body: { ParentId: "@{one.id}", CommentBody: "hello" } },
      ],
    }),
  });
  assert.deepEqual(answer.compositeResponse.map((part) => part.httpStatusCode), [201, 201]);
  assert.ok((await connection.limits()).DailyApiRequests.Remaining > 0);
  assert.ok(connection.limitInfo.apiUsage.used > 0, "the header of every answer is understood");
});

test("pages through long answers by itself", async () => {
  for (let at = 0; at < 11; at += 1) {
    await connection.sobject("Contact").create(Array.from({ length: 200 }, (_, row) => ({ LastName: `Many ${at} ${row}` })));
  }
  const first = await connection.query("SELECT Id FROM Contact WHERE LastName LIKE 'Many %'");
  assert.deepEqual([first.records.length, first.done], [2000, false]);
  const rest = await connection.queryMore(first.nextRecordsUrl);
  assert.deepEqual([rest.records.length, rest.done], [200, true]);
});
