// Type values.

/**
 * @import { MRecord } from "./record.mjs"
 */

/**
 * What kind of values a type holds. `any` and `none` are kinds of types only.
 *
 * @typedef {"any" | "anynonnull" | "none" | "null" | "logical" | "number" | "time" | "date" | "datetime" |
 *   "datetimezone" | "duration" | "text" | "binary" | "type" | "list" | "record" | "table" | "function" | "action"}
 *   Kind
 */

/**
 * A field of a record type, or a column of a table type.
 *
 * @typedef {{ type: MType, optional: boolean }} TypeField
 */

/**
 * A parameter of a function or of a function type.
 *
 * @typedef {{ name: string, type: MType, optional: boolean }} Parameter
 */

/**
 * A key of a table (type).
 *
 * @typedef {{ columns: string[], primary: boolean }} TableKey
 */

export class MType {
  /**
   * @param {Kind} kind
   * @param {Partial<Pick<MType, "nullable" | "name" | "item" | "fields" | "open" | "keys" | "parameters" | "required" |
   *   "returns" | "facets" | "meta">>} [more]
   */
  constructor(kind, more = {}) {
    this.kind = kind;
    /** Whether null belongs to it: always so for `any` and `null`. */
    this.nullable = kind === "any" || kind === "null";
    /** @type {string | null} The name of a subtype of a primitive type, such as `Int64.Type`. */
    this.name = null;
    /** @type {MType | null} The type of a list's items; null for plain `type list`. */
    this.item = null;
    /** @type {Map<string, TypeField> | null} Fields of a record, columns of a table; null for the plain types. */
    this.fields = null;
    /** Whether a record may have more fields: `[a = any, ...]`; true for plain `type record`. */
    this.open = kind === "record";
    /** @type {TableKey[]} */
    this.keys = [];
    /** @type {Parameter[] | null} Of a function; null for plain `type function`. */
    this.parameters = null;
    /** @type {MType | null} What a function returns. */
    this.returns = null;
    /** @type {MRecord | null} As `Type.Facets` gives them. */
    this.facets = null;
    /** @type {MRecord | null} */
    this.meta = null;
    /** How many of the parameters must be given: less than those not optional only by `Type.ForFunction`. */
    this.required = /** @type {number | null} */ (null);
    Object.assign(this, more);
  }

  /**
   * The same type with something else about it.
   *
   * @param {Partial<MType>} changes
   * @returns {MType}
   */
  with(changes) {
    return Object.assign(Object.create(MType.prototype), this, changes);
  }
}

/** @type {Map<string, MType>} */
const PRIMITIVES = new Map();

/**
 * A primitive type. The same name always gives the same object.
 *
 * @param {string} name `text`, `nullable text`, …
 * @returns {MType}
 */
export function primitive(name) {
  let type = PRIMITIVES.get(name);
  if (type === undefined) {
    const nullable = name.startsWith("nullable ");
    const kind = /** @type {Kind} */ (nullable ? name.slice("nullable ".length) : name);
    if (!KINDS.has(kind)) throw new TypeError(`no primitive type: ${name}`);
    type = nullable ? makeNullable(primitive(kind)) : new MType(kind);
    PRIMITIVES.set(name, type);
  }
  return type;
}

/** @type {Set<string>} */
const KINDS = new Set([
  "any",
  "anynonnull",
  "none",
  "null",
  "logical",
  "number",
  "time",
  "date",
  "datetime",
  "datetimezone",
  "duration",
  "text",
  "binary",
  "type",
  "list",
  "record",
  "table",
  "function",
  "action",
]);

/** @type {WeakMap<MType, MType>} */
const NULLABLE = new WeakMap();

/**
 * `nullable T`.
 *
 * @param {MType} type
 * @returns {MType}
 */
export function makeNullable(type) {
  if (type.nullable) return type;
  if (type.kind === "anynonnull") return primitive("any");
  if (type.kind === "none") return primitive("null");
  let made = NULLABLE.get(type);
  if (made === undefined) {
    made = type.with({ nullable: true });
    NULLABLE.set(type, made);
    NON_NULLABLE.set(made, type);
  }
  return made;
}

/** @type {WeakMap<MType, MType>} */
const NON_NULLABLE = new WeakMap();

/**
 * The type without null.
 *
 * @param {MType} type
 * @returns {MType}
 */
export function makeNonNullable(type) {
  if (!type.nullable) return type;
  if (type.kind === "any") return primitive("anynonnull");
  if (type.kind === "null") return primitive("none");
  return NON_NULLABLE.get(type) ?? type.with({ nullable: false });
}

/**
 * A named subtype of a primitive type, such as `Int64.Type`.
 *
 * @param {string} name
 * @param {Kind} kind
 * @returns {MType}
 */
export function namedType(name, kind) {
  let type = NAMED.get(name);
  if (type === undefined) {
    type = new MType(kind, { name });
    NAMED.set(name, type);
  }
  return type;
}

/** @type {Map<string, MType>} */
const NAMED = new Map();

/** @param {MType} item */
export function listType(item) {
  return new MType("list", { item });
}

/**
 * @param {Iterable<[string, TypeField]>} fields
 * @param {boolean} [open]
 */
export function recordType(fields, open = false) {
  return new MType("record", { fields: new Map(fields), open });
}

/**
 * @param {Iterable<[string, MType]>} columns
 * @param {TableKey[]} [keys]
 */
export function tableType(columns, keys = []) {
  /** @type {Map<string, TypeField>} */
  const fields = new Map();
  for (const [name, type] of columns) fields.set(name, { type, optional: false });
  return new MType("table", { fields, keys });
}

/**
 * @param {Parameter[]} parameters
 * @param {MType} returns
 */
export function functionType(parameters, returns) {
  return new MType("function", { parameters, returns });
}

/**
 * Whether two types hold the same values: structure is compared, metadata is not.
 *
 * @param {MType} left
 * @param {MType} right
 * @returns {boolean}
 */
export function sameType(left, right) {
  if (left === right) return true;
  if (left.kind !== right.kind || left.nullable !== right.nullable || left.name !== right.name) return false;
  switch (left.kind) {
    case "list":
      return sameOrAny(left.item, right.item);
    case "record":
    case "table":
      return left.open === right.open && sameFields(left.fields, right.fields) && sameKeys(left.keys, right.keys);
    case "function":
      return sameParameters(left.parameters, right.parameters) && sameOrAny(left.returns, right.returns);
    default:
      return true;
  }
}

/**
 * `type list` and `type {any}` are the same.
 *
 * @param {MType | null} left
 * @param {MType | null} right
 */
function sameOrAny(left, right) {
  return sameType(left ?? primitive("any"), right ?? primitive("any"));
}

/**
 * @param {Map<string, TypeField> | null} left
 * @param {Map<string, TypeField> | null} right
 */
function sameFields(left, right) {
  if (left === null || right === null) return left === right;
  if (left.size !== right.size) return false;
  for (const [name, field] of left) {
    const other = right.get(name);
    if (other === undefined || other.optional !== field.optional || !sameType(field.type, other.type)) return false;
  }
  return true;
}

/**
 * @param {TableKey[]} left
 * @param {TableKey[]} right
 */
function sameKeys(left, right) {
  return JSON.stringify(left) === JSON.stringify(right);
}

/**
 * @param {Parameter[] | null} left
 * @param {Parameter[] | null} right
 */
function sameParameters(left, right) {
  if (left === null || right === null) return left === right;
  return (
    left.length === right.length &&
    left.every((one, at) => one.optional === right[at].optional && sameType(one.type, right[at].type))
  );
}
