// What the kit's Apex must be like, judged on its parse tree. Each rule keeps a customer's org from harm.

import { all, bare, below, calls, children, is, isInLoop, parse, statements, truth } from "./apex-tree.mjs";

const DML = ["InsertStatement", "UpdateStatement", "DeleteStatement", "UpsertStatement", "UndeleteStatement", "MergeStatement"];
/** Nothing of a conversation, and nothing that a person wrote, leaves the org. */
const SENT = ["caseId", "commitTime", "event", "recordId"];
/** Where a job must not be started: each makes a condition that has to keep it back. */
const CLOSED = {
  "System.isBatch()": true,
  "System.isFuture()": true,
  "System.isQueueable()": true,
  "System.isScheduled()": true,
  "isTold": true,
  "Limits.getQueueableJobs()<Limits.getLimitQueueableJobs()": false,
};
const NO_QUERIES = { "Limits.getQueries()<Limits.getLimitQueries()": false };
/** An ordinary save of a person, of which something is to be told. */
const USUAL = {
  "System.isBatch()": false,
  "System.isFuture()": false,
  "System.isQueueable()": false,
  "System.isScheduled()": false,
  "isTold": false,
  "Limits.getQueueableJobs()<Limits.getLimitQueueableJobs()": true,
  "Limits.getQueries()<Limits.getLimitQueries()": true,
  "Test.isRunningTest()": false,
  "isWantedInTests": false,
  "events.isEmpty()": false,
  "cases.isEmpty()": false,
};

/** Everything that is wrong with these files, `{path: source}`; tests among them are only parsed. */
export function problems(files) {
  const found = [];
  const parsed = Object.entries(files).map(([path, source]) => parse(path, source));
  for (const { path, errors } of parsed) found.push(...errors.map((error) => `${path}:${error}`));
  if (found.length > 0) return found;
  const live = parsed.filter(({ path }) => !path.endsWith("Test.cls"));
  const triggers = live.filter(({ path }) => path.endsWith(".trigger"));
  const methods = new Map();
  for (const { tree } of live.filter(({ path }) => path.endsWith(".cls"))) {
    const [type] = all(tree, "ClassDeclaration");
    const name = children(type).find((child) => is(child, "Id")).getText();
    for (const method of all(type, "MethodDeclaration")) {
      const own = children(method).find((child) => is(child, "Id")).getText();
      const about = { name: `${name}.${own}`, type: name, node: method, body: children(method).find((child) => is(child, "Block")) };
      methods.set(about.name, about);
    }
    for (const annotation of all(type, "Annotation")) {
      if (/^@future/i.test(annotation.getText())) found.push(`${name}: a future method is a second job`);
    }
  }
  const work = { methods, report: (problem) => found.push(problem) };
  for (const trigger of triggers) judgeTrigger(trigger, work);
  judgeJobs(live, work);
  judgeGuards(work);
  judgeContent(live, work);
  return [...new Set(found)];
}

function judgeTrigger({ path, tree }, work) {
  const [block] = all(tree, "TriggerBlock");
  judgeCaught(path, statements(block), work);
  const jobs = effects(block, null, work, path, new Set());
  if (jobs !== 1) work.report(`${path}: starts a job in ${jobs} places, not in one`);
}

/** A body that is one `try`, which catches everything and throws nothing on. */
function judgeCaught(where, body, { report }) {
  const only = body.length === 1 ? bare(body[0]) : null;
  if (!only || !is(only, "TryStatement")) return report(`${where}: not everything stands inside one try`);
  const catches = all(only, "CatchClause");
  const everything = catches.some((each) => children(each).some((child) => is(child, "QualifiedName") && /^(System\.)?Exception$/i.test(child.getText())));
  if (!everything) report(`${where}: not every exception is caught`);
  for (const each of catches) if (all(each, "ThrowStatement").length > 0) report(`${where}: an exception is thrown on`);
  if (all(only, "FinallyBlock").length > 0) report(`${where}: what stands in finally is not caught`);
}

/** Walks what a body does, into the methods it calls; answers how many jobs it starts and reports what must not be. */
function effects(body, type, work, where, on, looped = false) {
  let jobs = 0;
  const report = (what) => work.report(`${where}: ${what}`);
  for (const node of below(body)) {
    const repeated = looped || isInLoop(node, body);
    if (is(node, "SoqlLiteral", "SoslLiteral") && repeated) report("a query in a loop");
    if (is(node, ...DML)) report("a save of its own");
  }
  for (const { node, name } of calls(body)) {
    const repeated = looped || isInLoop(node, body);
    if (/^System\.enqueueJob$/i.test(name)) {
      jobs += 1;
      if (repeated) report("a job in a loop");
    } else if (/^(Database\.query\w*|Search\.query)$/i.test(name)) {
      if (repeated) report("a query in a loop");
    } else if (/^(Database|EventBus)\./i.test(name)) {
      report("a save of its own");
    } else if (/\bHttp\b.*\.send$/i.test(name) || /^newHttp\(\)\.send$/i.test(name)) {
      report("a call in the transaction of a person");
    }
    const called = work.methods.get(name) ?? work.methods.get(`${type}.${name}`);
    if (called && !on.has(called.name)) {
      jobs += effects(called.body, called.type, work, where, new Set([...on, called.name]), repeated);
    }
  }
  return jobs;
}

/** What runs later: caught as well, one call, and allowed to call. */
function judgeJobs(live, work) {
  const queueables = live.filter(({ tree }) => all(tree, "ClassDeclaration").some((type) => /implements.*Queueable/i.test(type.getText())));
  if (queueables.length !== 1) work.report(`${queueables.length} classes are jobs, not one`);
  for (const { path, tree } of queueables) {
    if (!/Database\.AllowsCallouts/i.test(all(tree, "ClassDeclaration")[0].getText())) work.report(`${path}: the job may not call`);
  }
  const jobs = [...work.methods.values()].filter(({ name }) => name.endsWith(".execute"));
  for (const { name, body } of jobs) {
    judgeCaught(name, statements(body), work);
    const sends = calls(body).filter(({ name: call }) => /\.send$/i.test(call));
    if (sends.length !== 1) work.report(`${name}: calls in ${sends.length} places, not in one`);
    if (sends.some(({ node }) => isInLoop(node, body))) work.report(`${name}: a call in a loop`);
    if (calls(body).some(({ name: call }) => /enqueueJob$/i.test(call))) work.report(`${name}: a job that starts jobs`);
  }
}

/** Works the guards out: an ordinary save passes them, and each context that has no room does not. */
function judgeGuards({ methods, report }) {
  for (const { name, type, body } of methods.values()) {
    const list = statements(body);
    const starts = list.findIndex((statement) => calls(statement).some((call) => /^System\.enqueueJob$/i.test(call.name)));
    if (starts >= 0) {
      const marks = list.slice(0, starts).findIndex((statement) => /^isTold=true;$/i.test(statement.getText()));
      if (marks < 0) report(`${name}: starts a job without noting it`);
      judgeGuard(name, type, list.slice(0, marks < 0 ? starts : marks), CLOSED);
    }
    const asks = list.findIndex((statement) => all(statement, "SoqlLiteral").length > 0);
    if (asks >= 0 && !name.endsWith(".execute")) judgeGuard(name, type, list.slice(0, asks), NO_QUERIES);
  }

  function judgeGuard(name, type, before, closed) {
    const conditions = before.map(bare).filter((one) => is(one, "IfStatement") && /return;/i.test(one.getText()) && !/else/i.test(one.getText()));
    const turnsBack = (facts) => conditions.some((one) => truth(children(one).find((child) => is(child, "ParExpression")), value(type, facts)));
    try {
      if (turnsBack(USUAL)) report(`${name}: an ordinary save is not told`);
      for (const [fact, state] of Object.entries(closed)) {
        if (!turnsBack({ ...USUAL, [fact]: state })) report(`${name}: goes on although ${fact} is ${state}`);
      }
    } catch (error) {
      report(`${name}: ${error.message}`);
    }
  }

  /** Names and calls as the facts tell them; a method that returns one expression is that expression. */
  function value(type, facts) {
    return (node) => {
      const text = node.getText();
      if (text in facts) return facts[text];
      const [call] = is(node, "MethodCall") ? calls(node) : [];
      const called = call && methods.get(`${type}.${call.name}`);
      const only = called && statements(called.body);
      if (!only || only.length !== 1) return undefined;
      const [result] = all(only[0], "ReturnStatement");
      return result && truth(children(result)[1], value(type, facts));
    };
  }
}

function judgeContent(live, { methods, report }) {
  for (const { path, tree } of live) {
    for (const pair of all(tree, "MapCreatorRestPair")) {
      const key = children(pair)[0].getText().replaceAll("'", "");
      if (key !== "events" && !SENT.includes(key)) report(`${path}: sends ${key}`);
    }
    if (!/\bsharing\b/i.test(all(tree, "TypeDeclaration").map((type) => type.start.getInputStream().toString()).join("")) && path.endsWith(".cls")) {
      report(`${path}: does not say how it shares`);
    }
  }
  // What Casebridge wrote itself is told to nobody: else each of its writes would come back as news.
  for (const [handler, check] of [["onCases", "isWrittenByCasebridge"], ["onComments", "isCommentOfCasebridge"]]) {
    const method = [...methods.values()].find(({ name }) => name.endsWith(`.${handler}`));
    const negated = method && all(method.body, "NegExpression").some((not) => calls(not).some(({ name }) => name === check));
    if (!negated) report(`${handler}: what Casebridge wrote is told`);
  }
}
