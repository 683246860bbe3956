// Calls, and access to fields and items.

import { compile } from "./interpret.mjs";
import { itemsOf } from "./interpret-data.mjs";
import { decodeIdentifier } from "./literal.mjs";
import {
  MFunction,
  MList,
  MRecord,
  MTable,
  cannotConvert,
  equals,
  force,
  invoke,
  kindOf,
  plain,
  primitive,
  raise,
  tableType,
  title,
} from "./value.mjs";

/**
 * @import { Code, Names } from "./interpret.mjs"
 * @import { Frame } from "./scope.mjs"
 * @import { Node } from "./parse.mjs"
 * @import { Value } from "./value/slot.mjs"
 */

/**
 * One step of a chain: what comes of the value before it.
 *
 * @typedef {(value: Value, frame: Frame) => Value} Step
 */

/**
 * @param {Node} node A `RecursivePrimaryExpression`.
 * @param {Names} names
 * @returns {Code}
 */
export function chain(node, names) {
  return node.recursiveExpressions.elements.reduce(
    (/** @type {Code} */ before, /** @type {Node} */ one) => {
      const step = compileStep(one, names);
      return (/** @type {Frame} */ frame) => step(before(frame), frame);
    },
    compile(node.head, names),
  );
}

/**
 * `[x]` and `[[x], [y]]` by themselves: of `_`.
 *
 * @param {Node} node
 * @param {Names} names
 * @returns {Code}
 */
export function implicit(node, names) {
  const underscore = compile({ kind: "IdentifierExpression", identifier: { literal: "_" } }, names);
  const step = compileStep(node, names);
  return (frame) => step(underscore(frame), frame);
}

/**
 * @param {Node} node
 * @param {Names} names
 * @returns {Step}
 */
function compileStep(node, names) {
  const optional = node.optionalConstant !== undefined;
  switch (node.kind) {
    case "InvokeExpression": {
      const args = itemsOf(node.content).map((one) => compile(one, names));
      return (value, frame) => {
        const callee = value instanceof MFunction ? value : toFunction(value);
        const values = new Array(args.length);
        for (let at = 0; at < args.length; at += 1) values[at] = args[at](frame);
        return invoke(callee, values);
      };
    }
    case "ItemAccessExpression": {
      const index = compile(node.content, names);
      return (value, frame) => item(value, index(frame), optional);
    }
    case "FieldSelector": {
      const name = decodeIdentifier(node.content.literal);
      return (value) => field(value, name, optional);
    }
    case "FieldProjection": {
      const selected = itemsOf(node.content).map(({ content }) => decodeIdentifier(content.literal));
      return (value) => project(value, selected, optional);
    }
    default:
      throw new TypeError(`no such step: ${node.kind}`);
  }
}

/**
 * @param {Value} value
 * @returns {MFunction}
 */
function toFunction(value) {
  return cannotConvert(value, primitive("function"));
}

/**
 * `value[name]` and `value[name]?`: a record's field, a table's column.
 *
 * @param {Value} value
 * @param {string} name
 * @param {boolean} optional
 * @returns {Value}
 */
export function field(value, name, optional) {
  if (value instanceof MRecord) {
    const slot = value.fields.get(name);
    return slot === undefined ? (optional ? null : value.get(name)) : force(slot);
  }
  if (value instanceof MTable) {
    if (optional && value.indexOf(name) < 0) return null;
    return column(value, value.position(name));
  }
  if (optional && plain(value) === null) return null;
  raise(
    "Expression.Error",
    `We cannot apply field access to the type ${title(kindOf(value))}.`,
    MRecord.from({ Value: value, Key: name }),
  );
}

/**
 * The cells of a column.
 *
 * @param {MTable} table
 * @param {number} at
 */
function column(table, at) {
  if (Array.isArray(table.source)) return MList.of(table.source.map((row) => row[at]));
  return MList.generated(function* () {
    for (const row of table.rows()) yield row[at];
  });
}

/**
 * @param {Value} value
 * @param {string[]} names
 * @param {boolean} optional
 * @returns {Value}
 */
function project(value, names, optional) {
  if (value instanceof MRecord) {
    return MRecord.of(
      names.map((name) => [name, optional ? (value.slot(name) ?? null) : (value.slot(name) ?? value.get(name))]),
    );
  }
  if (value instanceof MTable) {
    const at = names.map((name) => (optional ? value.indexOf(name) : value.position(name)));
    const types = value.columns;
    const type = tableType(at.map((from, to) => [names[to], from < 0 ? primitive("any") : types[from][1]]));
    return new MTable(type, function* () {
      for (const row of value.rows()) yield at.map((from) => (from < 0 ? null : row[from]));
    });
  }
  if (optional && plain(value) === null) return null;
  raise(
    "Expression.Error",
    `We cannot apply field access to the type ${title(kindOf(value))}.`,
    MRecord.from({ Value: value, Key: MList.of(names) }),
  );
}

/**
 * `value{index}` and `value{index}?`: an item of a list, a row of a table by its position or by its key.
 *
 * @param {Value} value
 * @param {Value} indexValue
 * @param {boolean} optional
 * @returns {Value}
 */
export function item(value, indexValue, optional) {
  const index = plain(indexValue);
  if (value instanceof MTable && index instanceof MRecord) return rowByKey(value, index, optional);
  if (value instanceof MList || value instanceof MTable) {
    if (typeof index !== "number") cannotConvert(index, primitive("number"));
    if (index < 0) raise("Expression.Error", "The index cannot be negative.", index);
    const found = value instanceof MList ? value.at(index) : rowAt(value, index);
    if (found !== undefined) return found;
    if (optional) return null;
    raise("Expression.Error", "There weren't enough elements in the enumeration to complete the operation.", value);
  }
  if (optional && plain(value) === null) return null;
  raise(
    "Expression.Error",
    `We cannot apply indexing to the type ${title(kindOf(value))}.`,
    MRecord.from({ Value: value, Index: index }),
  );
}

/**
 * @param {MTable} table
 * @param {number} index
 */
function rowAt(table, index) {
  let at = 0;
  for (const row of table.rows()) {
    if (at === index) return table.record(row);
    at += 1;
  }
  return undefined;
}

/**
 * @param {MTable} table
 * @param {MRecord} key
 * @param {boolean} optional
 */
function rowByKey(table, key, optional) {
  const wanted = key.names.map((name) => ({ at: table.position(name), slot: key.slot(name) }));
  /** @type {MRecord | null} */
  let found = null;
  for (const row of table.rows()) {
    if (!wanted.every(({ at, slot }) => equals(row[at], slot))) continue;
    if (found !== null) {
      const detail = MRecord.from({ Key: key, Table: table });
      raise("Expression.Error", "The key matched more than one row in the table.", detail);
    }
    found = table.record(row);
  }
  if (found !== null || optional) return found;
  raise("Expression.Error", "The key didn't match any rows in the table.", MRecord.from({ Key: key, Table: table }));
}
