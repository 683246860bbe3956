// An extension: its kinds, what is shown of it, and the functions that people call.

import { attributesOf, bare, callOf, callsOf, fields, items, membersOf, metadata, nameOf, parametersOf, textOf } from "../tree.mjs";

/**
 * @import { Node } from "../parse.mjs"
 * @import { Surroundings } from "../checks.mjs"
 * @import { Member } from "../tree.mjs"
 */

/** @typedef {{ members: Map<string, Member>, shared: Member[] }} Extension */

const KIND_FIELDS = new Set(["Authentication", "Label", "SupportsEncryption", "TestConnection"]);
const AUTHENTICATION_FIELDS = new Map([
  ["Aad", new Set(["AuthorizationUri", "DefaultClientApplication", "Label", "Resource", "Scope"])],
  ["Anonymous", new Set()],
  ["Key", new Set(["KeyLabel", "Label"])],
  ["UsernamePassword", new Set(["Label", "PasswordLabel", "UsernameLabel"])],
]);
const PUBLISH_FIELDS = new Set([
  "Beta",
  "ButtonText",
  "Category",
  "LearnMoreUrl",
  "SourceImage",
  "SourceTypeImage",
  "SupportsDirectQuery",
]);

/**
 * @param {Node} document
 * @param {Surroundings} around
 */
export function* checkExtension(document, around) {
  const all = membersOf(document);
  const extension = { members: new Map(all.map((one) => [one.name, one])), shared: all.filter((one) => one.shared) };
  const version = attributesOf(document).get("Version");
  if (!/^\d+(?:\.\d+){1,3}$/.test(version ?? "")) yield `Version: expected numbers such as 1.0.0, found ${version}`;
  if (extension.shared.length === 0) yield "no member is shared";
  yield* resources(document, around);
  /** @type {Map<string, Member[]>} */
  const kinds = new Map();
  for (const member of all) {
    const kind = member.attributes.get("DataSource.Kind");
    for (const name of member.attributes.keys()) {
      if (name !== "DataSource.Kind" && name !== "Publish") yield `${member.name}: there is no attribute ${name}`;
    }
    if (member.shared && kind === undefined) yield `${member.name}: it is shared and belongs to no kind`;
    if (!member.shared && member.attributes.size > 0) yield `${member.name}: it has attributes and is not shared`;
    if (kind !== undefined) kinds.set(kind, [...(kinds.get(kind) ?? []), member]);
    if (member.attributes.has("Publish")) yield* publish(member.attributes.get("Publish"), extension);
  }
  for (const [kind, functions] of kinds) {
    yield* kindRecord(kind, extension);
    yield* functionsOf(kind, functions, extension);
  }
}

/**
 * @param {Node} document
 * @param {Surroundings} around
 */
function* resources(document, around) {
  const files = new Set(around.files);
  const strings = new Set(around.strings);
  for (const [name, known] of /** @type {const} */ ([["Extension.Contents", files], ["Extension.LoadString", strings]])) {
    for (const [argument] of callsOf(document, name)) {
      const text = textOf(argument);
      if (text === undefined) yield `${name}: the argument is no text literal`;
      else if (!known.has(text)) yield `${name}: ${JSON.stringify(text)} is not there`;
    }
  }
}

/**
 * @param {string} name
 * @param {Extension} extension
 */
function* publish(name, extension) {
  const member = extension.members.get(name);
  if (member === undefined) {
    yield `Publish: there is no member ${name}`;
    return;
  }
  const given = fields(member.value);
  for (const field of given.keys()) if (!PUBLISH_FIELDS.has(field)) yield `${name}: there is no field ${field}`;
  const button = given.get("ButtonText");
  if (button === undefined || items(bare(button)).length !== 2) yield `${name}: ButtonText is no pair of texts`;
  for (const field of ["SourceImage", "SourceTypeImage"]) {
    const value = given.get(field);
    const images = fields(extension.members.get((value && nameOf(value)) ?? "")?.value ?? value ?? { elements: [] });
    for (const size of ["Icon16", "Icon32"]) {
      const icons = images.get(size);
      if (icons === undefined || items(bare(icons)).length !== 4) yield `${name}: ${field} has no four images in ${size}`;
    }
  }
}

/**
 * @param {string} kind
 * @param {Extension} extension
 */
function* kindRecord(kind, extension) {
  const member = extension.members.get(kind);
  if (member === undefined) {
    yield `DataSource.Kind: there is no member ${kind}`;
    return;
  }
  const given = fields(member.value);
  for (const field of given.keys()) if (!KIND_FIELDS.has(field)) yield `${kind}: there is no field ${field}`;
  const authentication = given.get("Authentication");
  if (authentication === undefined) yield `${kind}: Authentication is missing`;
  else {
    for (const [name, value] of fields(authentication)) {
      const known = AUTHENTICATION_FIELDS.get(name);
      if (known === undefined) yield `${kind}: there is no kind of credential ${name}`;
      for (const field of fields(value).keys()) if (known?.has(field) === false) yield `${kind}: ${name} has no field ${field}`;
    }
  }
  yield* testConnection(kind, given.get("TestConnection"), extension);
}

/**
 * @param {string} kind
 * @param {Node | undefined} value
 * @param {Extension} extension
 */
function* testConnection(kind, value, extension) {
  const test = value === undefined ? undefined : bare(value);
  if (test?.kind !== "FunctionExpression" || test.expression.kind !== "ListExpression") {
    yield `${kind}: TestConnection is no function that gives a list`;
    return;
  }
  const [first, ...given] = items(test.expression);
  const name = textOf(first);
  const target = extension.shared.find((member) => member.name === name);
  if (target === undefined || target.attributes.get("DataSource.Kind") !== kind) {
    yield `${kind}: TestConnection names ${name}, which is no shared function of this kind`;
    return;
  }
  const needed = functionType(target, extension)?.filter((parameter) => !parameter.optional).length;
  if (needed !== given.length) yield `${kind}: TestConnection gives ${given.length} arguments, ${name} takes ${needed}`;
}

/**
 * @param {string} kind
 * @param {Member[]} functions
 * @param {Extension} extension
 */
function* functionsOf(kind, functions, extension) {
  /** @type {Map<string, string[]>} */
  const paths = new Map();
  for (const member of functions) {
    const typed = functionType(member, extension);
    if (typed === undefined) {
      yield `${member.name}: it is no function with a type`;
      continue;
    }
    const path = typed
      .filter((parameter) => !parameter.optional && isInPath(parameter.type, extension))
      .map((parameter) => `${parameter.name} as ${baseType(parameter.type, extension)}`)
      .join(", ");
    paths.set(path, [...(paths.get(path) ?? []), member.name]);
    yield* sameParameters(member, typed, extension);
  }
  // Else the same credential would not do for all of them.
  if (paths.size > 1) yield `${kind}: its functions have different paths: ${JSON.stringify([...paths])}`;
}

/**
 * @param {Member} member
 * @param {ReturnType<typeof parametersOf>} typed
 * @param {Extension} extension
 */
function* sameParameters(member, typed, extension) {
  const [implementation] = callOf(member.value)?.arguments ?? [];
  const target = bare(extension.members.get(nameOf(implementation) ?? "")?.value ?? implementation);
  const shape = (/** @type {ReturnType<typeof parametersOf>} */ parameters) =>
    parameters.map(({ name, optional }) => (optional ? `optional ${name}` : name)).join(", ");
  const real = target.kind === "FunctionExpression" ? shape(parametersOf(target)) : "no function";
  if (real !== shape(typed)) yield `${member.name}: its type has (${shape(typed)}), its function (${real})`;
}

/**
 * The parameters in the type that a member's function is given.
 *
 * @param {Member} member
 * @param {Extension} extension
 */
function functionType(member, extension) {
  const call = callOf(member.value);
  if (call?.called !== "Value.ReplaceType") return undefined;
  const type = resolve(call.arguments[1], extension);
  const of = bare(type);
  return of.kind === "TypePrimaryType" && of.paired.kind === "FunctionType" ? parametersOf(of.paired) : undefined;
}

/**
 * What a name of a member stands for; anything else stands for itself.
 *
 * @param {Node} node
 * @param {Extension} extension
 * @returns {Node}
 */
function resolve(node, extension) {
  const name = nameOf(node);
  const member = name === undefined ? undefined : extension.members.get(name);
  return member === undefined ? node : resolve(member.value, extension);
}

/**
 * @param {Node | undefined} type
 * @param {Extension} extension
 */
function isInPath(type, extension) {
  if (type === undefined) return true;
  const records = [...metadata(type), ...metadata(resolve(type, extension))];
  return !records.some((record) => fields(record).get("DataSource.Path")?.literal === "false");
}

/**
 * @param {Node | undefined} type
 * @param {Extension} extension
 * @returns {string}
 */
function baseType(type, extension) {
  const of = type === undefined ? undefined : bare(resolve(type, extension));
  return of === undefined ? "any" : (nameOf(of) ?? of.paired?.primitiveTypeKind ?? of.primitiveTypeKind ?? of.kind);
}
