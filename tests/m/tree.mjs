// Questions to Microsoft's syntax tree that the checks of generated M ask.

import { decodeIdentifier, decodeText } from "./literal.mjs";

/** @import { Node } from "./parse.mjs" */

/** @typedef {{ name: string, shared: boolean, attributes: Map<string, any>, value: Node }} Member */

/**
 * The node and all nodes within it, the outer before the inner.
 *
 * @param {Node} node
 * @returns {Generator<Node>}
 */
export function* walk(node) {
  yield node;
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) yield* walk(item);
    } else if (isNode(value)) yield* walk(value);
  }
}

/** @param {any} value */
function isNode(value) {
  return typeof value === "object" && value !== null && typeof value.kind === "string";
}

/**
 * What stands between brackets, without the commas.
 *
 * @param {Node} node
 * @returns {Node[]}
 */
export function items(node) {
  const list = node.content?.elements ?? node.elements ?? [];
  return list.map((/** @type {Node} */ one) => (one.kind === "Csv" ? one.node : one));
}

/**
 * The expression without parentheses around it and metadata behind it.
 *
 * @param {Node} node
 * @returns {Node}
 */
export function bare(node) {
  let at = node;
  for (;;) {
    if (at.kind === "ParenthesizedExpression") at = at.content;
    else if (at.kind === "MetadataExpression") at = at.left;
    else return at;
  }
}

/**
 * The metadata records behind an expression or a type, the outer first.
 *
 * @param {Node} node
 * @returns {Node[]}
 */
export function metadata(node) {
  if (node.kind === "ParenthesizedExpression") return metadata(node.content);
  if (node.kind === "MetadataExpression") return [node.right, ...metadata(node.left)];
  return [];
}

/**
 * @param {Node} node
 * @returns {string | undefined} The text, if the node is a text literal.
 */
export function textOf(node) {
  const at = bare(node);
  return at.kind === "LiteralExpression" && at.literalKind === "Text" ? decodeText(at.literal.slice(1, -1)) : undefined;
}

/**
 * @param {Node} node
 * @returns {string | undefined} The name, if the node is nothing but one.
 */
export function nameOf(node) {
  const at = bare(node);
  return at.kind === "IdentifierExpression" ? decodeIdentifier(at.identifier.literal) : undefined;
}

/**
 * A call of a named function, with nothing behind it.
 *
 * @param {Node} node
 * @returns {{ called: string, arguments: Node[] } | undefined}
 */
export function callOf(node) {
  const at = bare(node);
  if (at.kind !== "RecursivePrimaryExpression") return undefined;
  const [first, ...more] = at.recursiveExpressions.elements;
  const called = nameOf(at.head);
  if (called === undefined || first.kind !== "InvokeExpression" || more.length > 0) return undefined;
  return { called, arguments: items(first) };
}

/**
 * Every call of a function of this name, whatever is done with the result.
 *
 * @param {Node} node
 * @param {string} name
 * @returns {Node[][]} The arguments of each call.
 */
export function callsOf(node, name) {
  const calls = [];
  for (const at of walk(node)) {
    if (at.kind !== "RecursivePrimaryExpression" || nameOf(at.head) !== name) continue;
    const first = at.recursiveExpressions.elements[0];
    if (first.kind === "InvokeExpression") calls.push(items(first));
  }
  return calls;
}

/**
 * The fields of a record, by name.
 *
 * @param {Node} node
 * @returns {Map<string, Node>}
 */
export function fields(node) {
  return new Map(items(bare(node)).map((pair) => [decodeIdentifier(pair.key.literal), pair.value]));
}

/**
 * The members of a section, or the variables of the outermost `let`.
 *
 * @param {Node} document
 * @returns {Member[]}
 */
export function membersOf(document) {
  if (document.kind === "Section") {
    return document.sectionMembers.elements.map((/** @type {Node} */ one) => ({
      name: decodeIdentifier(one.namePairedExpression.key.literal),
      shared: one.sharedConstant !== undefined,
      attributes: attributesOf(one),
      value: one.namePairedExpression.value,
    }));
  }
  if (document.kind !== "LetExpression") return [];
  return items({ elements: document.variableList.elements }).map((pair) => ({
    name: decodeIdentifier(pair.key.literal),
    shared: false,
    attributes: new Map(),
    value: pair.value,
  }));
}

/**
 * The literal attributes before a member or a section; texts are decoded, of other literals the text stands.
 *
 * @param {Node} node
 * @returns {Map<string, any>}
 */
export function attributesOf(node) {
  if (node.literalAttributes === undefined) return new Map();
  return new Map(
    items(node.literalAttributes).map((pair) => [
      decodeIdentifier(pair.key.literal),
      textOf(pair.value) ?? pair.value.literal,
    ]),
  );
}

/**
 * The parameters of a function or of a function's type.
 *
 * @param {Node} node
 * @returns {{ name: string, optional: boolean, type: Node | undefined }[]}
 */
export function parametersOf(node) {
  return items(node.parameters).map((one) => ({
    name: decodeIdentifier(one.name.literal),
    optional: one.optionalConstant !== undefined,
    type: one.parameterType?.paired,
  }));
}
