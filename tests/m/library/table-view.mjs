// Views: tables and binaries of which handlers give the parts.

import { MBinary, MFunction, MRecord, MTable, invoke, plain, raise } from "../value.mjs";
import { family } from "./signature.mjs";
import { asFunction, asTable } from "./tabular.mjs";

/**
 * @import { Slot } from "../value/slot.mjs"
 */

/**
 * A table whose type, rows and row count come from handlers. Other handlers (`OnTake`, …) are not asked: the engine may
 * always do without them, since they must give what it would compute itself.
 *
 * @param {MTable | null} table
 * @param {MRecord} handlers
 */
function view(table, handlers) {
  for (const name of ["GetType", "GetRows"]) {
    if (table === null && !handlers.has(name)) {
      raise("Expression.Error", `The view needs the handler '${name}', since it has no table.`, handlers);
    }
  }
  /** @param {string} name @param {Slot[]} args */
  const call = (name, args = []) => plain(invoke(asFunction(plain(handlers.get(name))), args));
  const type = () => (handlers.has("GetType") ? call("GetType") : /** @type {MTable} */ (table).type);
  const rows = () => (handlers.has("GetRows") ? asTable(call("GetRows")) : /** @type {MTable} */ (table));
  /** @type {MTable} */
  const made = new MTable(type, function* () {
    const given = rows();
    const at = made.columnNames.map((name) => given.indexOf(name));
    for (const row of given.rows()) yield at.map((from) => (from < 0 ? null : row[from]));
  });
  if (handlers.has("GetRowCount")) made.counter = () => call("GetRowCount");
  made.handlers = handlers;
  return made;
}

/**
 * @param {MBinary | null} binary
 * @param {MRecord} handlers
 */
function binaryView(binary, handlers) {
  const stream = handlers.slot("GetStream");
  if (stream === undefined) {
    if (binary === null) raise("Expression.Error", "The view needs the handler 'GetStream', since it has no binary.", handlers);
    return binary;
  }
  return new MBinary(() => {
    const given = plain(invoke(asFunction(plain(stream)), []));
    if (!(given instanceof MBinary)) raise("Expression.Error", "The handler 'GetStream' must give a binary.", given);
    return given.bytes;
  });
}

/**
 * The error that a handler raises for "do it without me".
 *
 * @param {MRecord} error
 */
const viewError = (error) => error;

/** @param {MFunction} callee */
const viewFunction = (callee) => callee;

export const tableView = family({
  "Table.View(table as nullable table, handlers as record) as table": view,
  "Table.ViewError(errorRecord as record) as record": viewError,
  "Table.ViewFunction(function as function) as function": viewFunction,
  "Binary.View(binary as nullable binary, handlers as record) as binary": binaryView,
  "Binary.ViewError(errorRecord as record) as record": viewError,
  "Binary.ViewFunction(function as function) as function": viewFunction,
});
