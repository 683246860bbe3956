// Web.Contents: its options, which Power Query checks only when they are used, and its base URL, which has to be known
// before anything is evaluated.

import { bare, callOf, callsOf, fields, membersOf, nameOf, parametersOf, textOf, walk } from "../tree.mjs";

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

/** The names of members that send a body and change nothing. A token of the last refresh may have ended. */
const READS = /^AskEntra$|ToRead$/;

/**
 * @param {Node} document
 * @param {Surroundings} around
 */
export function* checkRequests(document, around) {
  const members = new Map(membersOf(document).map((member) => [member.name, member.value]));
  // What stands outside of all members and variables: the expression of a `let`, or the whole.
  const rest = document.kind === "Section" ? [] : [document.kind === "LetExpression" ? document.expression : document];
  for (const [place, value] of [...members, ...rest.map((node) => /** @type {const} */ (["", node]))]) {
    for (const [url, options] of callsOf(value, "Web.Contents")) {
      yield* baseUrl(url, members, around);
      yield* optionsOf(options, members, around, READS.test(place));
    }
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
 * @param {boolean} reads
 */
function* optionsOf(node, members, around, reads) {
  if (node === undefined) return;
  const ways = waysOf({ node, names: new Map() }, members);
  if (ways === undefined) {
    yield "Web.Contents: the options are not written out, so they cannot be checked";
    return;
  }
  const found = new Set(ways.flatMap((given) => [...wrongOptions(given, members, around, reads)]));
  yield* found;
}

/**
 * @param {Map<string, Placed>} given
 * @param {Map<string, Node>} members
 * @param {Surroundings} around
 * @param {boolean} reads
 */
function* wrongOptions(given, members, around, reads) {
  for (const name of given.keys()) {
    const inQueries = OPTIONS.get(name);
    if (inQueries === undefined) yield `Web.Contents: there is no option ${name}`;
    else if (!inQueries && around.form === "query") yield `Web.Contents: only extensions have the option ${name}`;
  }
  const statuses = numbersIn(given.get("ManualStatusHandling"), members);
  if (around.form === "query" && (statuses.has(401) || statuses.has(403))) {
    yield "Web.Contents: only extensions may handle 401 and 403 themselves";
  }
  if (given.has("Content") && !reads) {
    if (given.has("IsRetry")) yield "Web.Contents: a request with a body must not go past the cache";
    const left = RETRIED.filter((status) => !statuses.has(status));
    if (left.length > 0) yield `Web.Contents: the engine would send the body again after ${left.join(", ")}`;
  } else if (!given.has("IsRetry")) {
    yield "Web.Contents: a request that reads could be answered from the cache";
  }
}

/**
 * An expression, and what the names in it stand for that are parameters of a function around it.
 *
 * @typedef {{ node: Node, names: Map<string, Placed> }} Placed
 */

/**
 * The records that an expression may give: several, if conditions decide; `undefined` if it is not seen through.
 *
 * @param {Placed} placed
 * @param {Map<string, Node>} members
 * @returns {Map<string, Placed>[] | undefined}
 */
function waysOf({ node, names }, members) {
  const at = bare(node);
  const ways = (/** @type {Node} */ inner) => waysOf({ node: inner, names }, members);
  switch (at.kind) {
    case "RecordExpression":
      return [new Map([...fields(at)].map(([name, value]) => [name, { node: value, names }]))];
    case "ArithmeticExpression": {
      const [left, right] = [ways(at.left), ways(at.right)];
      if (at.operatorConstant.constantKind !== "&") return undefined;
      return left && right && left.flatMap((one) => right.map((other) => new Map([...one, ...other])));
    }
    case "IfExpression": {
      const [one, other] = [ways(at.trueExpression), ways(at.falseExpression)];
      return one && other && [...one, ...other];
    }
    case "LetExpression":
      return ways(at.expression);
  }
  const name = nameOf(at);
  if (name !== undefined) {
    const target = names.get(name) ?? placedMember(name, members);
    return target && waysOf(target, members);
  }
  const call = callOf(at);
  const target = call && members.get(call.called);
  const called = target && bare(target);
  if (called?.kind !== "FunctionExpression") return undefined;
  const given = parametersOf(called).map((parameter, position) => {
    const argument = call?.arguments[position];
    return /** @type {const} */ ([parameter.name, argument && { node: argument, names }]);
  });
  const known = given.filter((pair) => pair[1] !== undefined);
  return waysOf({ node: called.expression, names: new Map(/** @type {[string, Placed][]} */ (known)) }, members);
}

/**
 * @param {string} name
 * @param {Map<string, Node>} members
 * @returns {Placed | undefined}
 */
function placedMember(name, members) {
  const node = members.get(name);
  return node && { node, names: new Map() };
}

/**
 * The numbers in a list, also those in what its names stand for.
 *
 * @param {Placed | undefined} placed
 * @param {Map<string, Node>} members
 * @returns {Set<number>}
 */
function numbersIn(placed, members) {
  /** @type {Set<number>} */
  const found = new Set();
  if (placed === undefined) return found;
  for (const at of walk(placed.node)) {
    if (at.kind === "LiteralExpression" && at.literalKind === "Numeric") found.add(Number(at.literal));
    if (at.kind === "RangeExpression") {
      for (let number = Number(at.left.literal); number <= Number(at.right.literal); number += 1) found.add(number);
    }
    if (at.kind !== "IdentifierExpression") continue;
    const name = nameOf(at) ?? "";
    for (const number of numbersIn(placed.names.get(name) ?? placedMember(name, members), members)) found.add(number);
  }
  return found;
}
