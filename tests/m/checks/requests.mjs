// Web.Contents: its options, which Power Query checks only when they are used, and its base URL, which has to be known
// before anything is evaluated.

import { bare, callOf, callsOf, fields, membersOf, nameOf, textOf, walk } from "../tree.mjs";

/**
 * @import { Node } from "../parse.mjs"
 * @import { Surroundings } from "../checks.mjs"
 */

/** The options that exist, and whether a query may use them too. */
const OPTIONS = new Map([
  ["ApiKeyName", true],
  ["Content", true],
  ["CredentialQuery", false],
  ["ExcludedFromCacheKey", true],
  ["Headers", true],
  ["IsRetry", true],
  ["ManualCredentials", false],
  ["ManualStatusHandling", true],
  ["Query", true],
  ["RelativePath", true],
  ["Timeout", true],
]);

/** The statuses that the engine answers by sending the request again. */
const RETRIED = [408, 429, 503, 504, 509];

/**
 * @param {Node} document
 * @param {Surroundings} around
 */
export function* checkRequests(document, around) {
  const members = new Map(membersOf(document).map((member) => [member.name, member.value]));
  for (const [url, options] of callsOf(document, "Web.Contents")) {
    yield* baseUrl(url, members, around);
    yield* optionsOf(options, members, around);
  }
}

/**
 * @param {Node} url
 * @param {Map<string, Node>} members
 * @param {Surroundings} around
 */
function* baseUrl(url, members, around) {
  const name = nameOf(url);
  if (around.form === "connector") {
    // The extension's functions have it as their first parameter, so it is the data source's path.
    if (name !== "host") yield "Web.Contents: the first argument is not the host";
    return;
  }
  if (textOf(url) !== undefined) return;
  if (name === undefined) {
    yield "Web.Contents: the first argument is computed, so the Service does not refresh the query";
    return;
  }
  // A name of no variable is an M parameter: the Service takes that.
  const value = members.get(name);
  if (value !== undefined && textOf(value) === undefined && nameOf(value) === undefined) {
    yield `Web.Contents: ${name} is computed, so the Service does not refresh the query`;
  }
}

/**
 * @param {Node | undefined} node
 * @param {Map<string, Node>} members
 * @param {Surroundings} around
 */
function* optionsOf(node, members, around) {
  if (node === undefined) return;
  /** @type {Map<string, Node>} */
  const given = new Map();
  for (const record of recordsOf(node, members)) {
    if (record === undefined) {
      yield "Web.Contents: the options are not written out, so they cannot be checked";
      return;
    }
    for (const [name, value] of fields(record)) given.set(name, value);
  }
  for (const name of given.keys()) {
    const inQueries = OPTIONS.get(name);
    if (inQueries === undefined) yield `Web.Contents: there is no option ${name}`;
    else if (!inQueries && around.form === "query") yield `Web.Contents: only extensions have the option ${name}`;
  }
  const statuses = numbersIn(given.get("ManualStatusHandling"), members);
  if (around.form === "query" && (statuses.has(401) || statuses.has(403))) {
    yield "Web.Contents: only extensions may handle 401 and 403 themselves";
  }
  if (given.has("Content")) {
    if (given.has("IsRetry")) yield "Web.Contents: a request with a body must not go past the cache";
    const left = RETRIED.filter((status) => !statuses.has(status));
    if (left.length > 0) yield `Web.Contents: the engine would send the body again after ${left.join(", ")}`;
  } else if (!given.has("IsRetry")) {
    yield "Web.Contents: a request that reads could be answered from the cache";
  }
}

/**
 * The records that an expression is put together from; `undefined` for what is not seen through.
 *
 * @param {Node} node
 * @param {Map<string, Node>} members
 * @returns {(Node | undefined)[]}
 */
function recordsOf(node, members) {
  const at = bare(node);
  if (at.kind === "RecordExpression") return [at];
  if (at.kind === "ArithmeticExpression" && at.operatorConstant.constantKind === "&") {
    return [...recordsOf(at.left, members), ...recordsOf(at.right, members)];
  }
  if (at.kind === "IfExpression") {
    return [...recordsOf(at.trueExpression, members), ...recordsOf(at.falseExpression, members)];
  }
  if (at.kind === "LetExpression") return recordsOf(at.expression, members);
  const called = callOf(at);
  const target = members.get(called?.called ?? nameOf(at) ?? "");
  if (target === undefined) return [undefined];
  return recordsOf(called === undefined ? target : bare(target).expression, members);
}

/**
 * The numbers in a list, also those in members that it names.
 *
 * @param {Node | undefined} node
 * @param {Map<string, Node>} members
 * @returns {Set<number>}
 */
function numbersIn(node, members) {
  /** @type {Set<number>} */
  const found = new Set();
  if (node === undefined) return found;
  for (const at of walk(node)) {
    if (at.kind === "LiteralExpression" && at.literalKind === "Numeric") found.add(Number(at.literal));
    if (at.kind === "RangeExpression") {
      const [from, to] = [at.left, at.right].map((end) => Number(end.literal));
      for (let number = from; number <= to; number += 1) found.add(number);
    }
    const target = at.kind === "IdentifierExpression" ? members.get(nameOf(at) ?? "") : undefined;
    if (target !== undefined) for (const number of numbersIn(target, members)) found.add(number);
  }
  return found;
}
