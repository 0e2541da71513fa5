// The kit's Apex cannot be run here. It is parsed by a parser that other people wrote, judged on its tree, and the judge
// is judged by breaking the Apex in every way that matters.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { problems } from "./apex-rules.mjs";

const KIT = new URL("../../src-tauri/crates/connectors/src/salesforce/kit/apex/", import.meta.url);

function kit() {
  const files = {};
  for (const folder of ["classes", "triggers"]) {
    for (const name of readdirSync(new URL(`${folder}/`, KIT)).filter((each) => !each.endsWith(".xml"))) {
      files[name] = readFileSync(new URL(`${folder}/${name}`, KIT), "utf8");
    }
  }
  return files;
}

const NOTICE = "CasebridgeNotice.cls";
const ON_CASE = "CasebridgeOnCase.trigger";
const ADD = "events.add(event(happened, one.Id, one.Id));";
const GUARD = "if (events.isEmpty() || !mayTell()) {\n            return;\n        }";

/** File, what stands there, what is put in its place, and the word by which the judge must name it. */
const MUTANTS = {
  "a job for every case": [NOTICE, ADD, "System.enqueueJob(new CasebridgeNotice(events));", "a job in a loop"],
  "a job for every case, a method away": [NOTICE, ADD, `${ADD} tell(events);`, "a job in a loop"],
  "a query for every case": [NOTICE, ADD, `${ADD} Case again = [SELECT Id FROM Case WHERE Id = :one.Id];`, "a query in a loop"],
  "a query for every comment, a method away": [NOTICE, "cases.put(one.Id, one.ParentId);", "tellOfRecords('new_comment', cases);", "a query in a loop"],
  "a dynamic query in a loop": [NOTICE, ADD, `${ADD} Database.query('SELECT Id FROM Case');`, "a query in a loop"],
  "a save in a loop": [NOTICE, ADD, `${ADD} update one;`, "a save of its own"],
  "a save by the Database class": [NOTICE, ADD, `${ADD} Database.update(one, false);`, "a save of its own"],
  "a call while a person waits": [NOTICE, ADD, `${ADD} new Http().send(new HttpRequest());`, "a call in the transaction"],
  "two jobs": [NOTICE, "        isTold = true;\n", "        isTold = true;\n        System.enqueueJob(new CasebridgeNotice(events));\n", "in 2 places"],
  "no job": [NOTICE, "System.enqueueJob(new CasebridgeNotice(events));", "System.debug(events);", "in 0 places"],
  "a job by future": [NOTICE, "    private static void tell(", "    @future(callout=true)\n    private static void tell(", "second job"],
  "a trigger without try": [ON_CASE, /try \{([\s\S]*?)\} catch[\s\S]*?\n {4}\}/, "$1", "inside one try"],
  "something beside the try": [ON_CASE, "    try {", "    Integer count = Trigger.new.size();\n    try {", "inside one try"],
  "a catch that throws on": [ON_CASE, "System.debug(", "throw problem; System.debug(", "thrown on"],
  "a catch of one kind only": [ON_CASE, "catch (Exception problem)", "catch (DmlException problem)", "not every exception"],
  "work in finally": [ON_CASE, /(catch[\s\S]*?\n {4}\})/, "$1 finally { CasebridgeNotice.onCases(null, null); }", "finally"],
  "a job without try": [NOTICE, /try \{([\s\S]*?)\} catch[\s\S]*?\n {8}\}/, "$1", "inside one try"],
  "a call in a loop": [NOTICE, "HttpResponse answer = new Http().send(request);", "HttpResponse answer; for (Integer at = 0; at < 3; at++) { answer = new Http().send(request); }", "a call in a loop"],
  "a job that may not call": [NOTICE, ", Database.AllowsCallouts", "", "may not call"],
  "nothing keeps batches out": [NOTICE, "            !System.isBatch() &&\n", "", "System.isBatch() is true"],
  "batches only": [NOTICE, "!System.isBatch()", "System.isBatch()", "ordinary save is not told"],
  "nothing keeps futures out": [NOTICE, "            !System.isFuture() &&\n", "", "System.isFuture() is true"],
  "nothing keeps other jobs out": [NOTICE, "            !System.isQueueable() &&\n", "", "System.isQueueable() is true"],
  "nothing keeps schedules out": [NOTICE, "            !System.isScheduled() &&\n", "", "System.isScheduled() is true"],
  "one of them is enough": [NOTICE, "!System.isFuture() &&", "!System.isFuture() ||", "goes on although"],
  "no room is no reason": [NOTICE, "            Limits.getQueueableJobs() < Limits.getLimitQueueableJobs() &&\n", "", "getLimitQueueableJobs() is false"],
  "the limit turned round": [NOTICE, "Limits.getQueueableJobs() < Limits", "Limits.getQueueableJobs() > Limits", "cannot be worked out"],
  "no queries left is no reason": [NOTICE, "            Limits.getQueries() < Limits.getLimitQueries() &&\n", "", "getLimitQueries() is false"],
  "a job for each run": [NOTICE, "return !isTold &&\n", "return true &&\n", "cannot be worked out"],
  "the job is not noted": [NOTICE, "        isTold = true;\n", "", "without noting it"],
  "no guard": [NOTICE, GUARD, "", "goes on although"],
  "a guard that does not turn back": [NOTICE, GUARD, GUARD.replace("return;", "System.debug('full');"), "goes on although"],
  "our own writes are news": [NOTICE, "&& !isWrittenByCasebridge(one, old)", "", "is told"],
  "our own comments are news": [NOTICE, "&& !isCommentOfCasebridge(one)", "", "is told"],
  "words of a person leave": [NOTICE, "'caseId' => caseId,", "'caseId' => caseId, 'text' => happened,", "sends text"],
  "no Apex": [NOTICE, "private static Boolean mayTell() {", "private static Boolean mayTell( {", ":"],
};

test("the kit's Apex is as it must be", () => {
  const files = kit();
  assert.equal(Object.keys(files).length, 7, "two classes, their tests and three triggers");
  assert.deepEqual(problems(files), []);
});

for (const [name, [file, from, to, word]] of Object.entries(MUTANTS)) {
  test(`the judge sees: ${name}`, () => {
    const files = kit();
    const broken = files[file].replace(from, to);
    assert.notEqual(broken, files[file], "there is something to break");
    const found = problems({ ...files, [file]: broken });
    assert.ok(found.some((problem) => problem.includes(word)), `it says ${JSON.stringify(found)}, and not ${word}`);
  });
}
