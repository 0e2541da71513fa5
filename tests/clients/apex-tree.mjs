// The parse tree of Apex: finding things in it, and working out conditions.

import * as apex from "@apexdevtools/apex-parser";

const parsed = new Map();

/** Parses a class or a trigger, each text once; answers the tree and what is no Apex. */
export function parse(path, source) {
  const key = `${path}\n${source}`;
  if (!parsed.has(key)) parsed.set(key, parseNow(path, source));
  return parsed.get(key);
}

function parseNow(path, source) {
  const errors = [];
  class Listener extends apex.ApexErrorListener {
    apexSyntaxError(line, column, message) {
      errors.push(`${line}:${column} ${message}`);
    }
  }
  const { parser } = apex.ApexParserFactory.createLexerAndParser(source, new Listener());
  const tree = path.endsWith(".trigger") ? parser.triggerUnit() : parser.compilationUnit();
  return { path, tree, errors };
}

export const is = (node, ...kinds) => kinds.some((kind) => node instanceof apex[`${kind}Context`]);

/** Children, with their tokens. */
export const children = (node) => Array.from({ length: node.getChildCount?.() ?? 0 }, (_, at) => node.getChild(at));

/** Everything below a node, itself first. */
export function* below(node) {
  yield node;
  for (const child of children(node)) yield* below(child);
}

export const all = (node, ...kinds) => [...below(node)].filter((each) => is(each, ...kinds));

/** Whether a node runs once for every turn of a loop that stands below `top`. What a `for` runs over is made once. */
export function isInLoop(node, top) {
  for (let at = node; at !== top && at.parentCtx; at = at.parentCtx) {
    const parent = at.parentCtx;
    const repeats = is(parent, "WhileStatement", "DoWhileStatement")
      || (is(parent, "ForStatement") && is(at, "Statement"))
      || is(at, "ForUpdate")
      || (is(parent, "ForControl") && is(at, "Expression"));
    if (repeats) return true;
  }
  return false;
}

/** The statements of a block. */
export const statements = (block) => children(block).filter((child) => is(child, "Statement", "TriggerBlockMember"));

/** A statement without the wrapping that the grammar puts around it. */
export function bare(statement) {
  let at = statement;
  while (is(at, "Statement", "TriggerBlockMember") && at.getChildCount() === 1) at = at.getChild(0);
  return at;
}

/** `System.isBatch` or `tell`: the whole name that a call has, with its arguments. */
export function calls(node) {
  const found = [];
  for (const each of below(node)) {
    if (is(each, "DotExpression")) {
      const [left, , right] = children(each);
      if (is(right, "DotMethodCall")) {
        found.push({ node: each, name: `${left.getText()}.${children(right)[0].getText()}` });
      }
    } else if (is(each, "MethodCall")) {
      found.push({ node: each, name: children(each)[0].getText() });
    }
  }
  return found;
}

/**
 * Works a condition out. `value` tells what a name or a call without more inside is, or `undefined` where it cannot say:
 * then the answer is an error, because a condition that nobody understands guards nothing.
 */
export function truth(node, value) {
  const known = value(node);
  if (known !== undefined) return known;
  const parts = children(node);
  const inner = (at) => truth(parts[at], value);
  if (is(node, "LogAndExpression")) return inner(0) && inner(2);
  if (is(node, "LogOrExpression")) return inner(0) || inner(2);
  if (is(node, "NegExpression")) return !inner(1);
  if (is(node, "SubExpression", "ParExpression")) return inner(1);
  if (is(node, "CondExpression")) return inner(0) ? inner(2) : inner(4);
  if (parts.length === 1) return inner(0);
  throw new Error(`cannot be worked out: ${node.getText()}`);
}
