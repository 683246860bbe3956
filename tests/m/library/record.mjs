// Records.

import { MList, MRecord, MTable, cannotConvert, invoke, kindOf, lazy, plain, primitive, raise } from "../value.mjs";
import { names, pairs } from "./arguments.mjs";
import { family } from "./signature.mjs";

/**
 * @import { MFunction, MType } from "../value.mjs"
 * @import { Slot, Value } from "../value/slot.mjs"
 */

export const MISSING = { ERROR: 0, IGNORE: 1, USE_NULL: 2 };

/**
 * @param {MRecord} record
 * @param {string} name
 * @returns {never}
 */
export function noField(record, name) {
  raise("Expression.Error", `The field '${name}' of the record wasn't found.`, record);
}

/**
 * @param {MRecord} record
 * @param {string[]} wanted
 * @param {number | null} missing
 */
export function selectFields(record, wanted, missing) {
  const fields = new Map();
  for (const name of wanted) {
    const slot = record.slot(name);
    if (slot !== undefined) fields.set(name, slot);
    else if (missing === MISSING.USE_NULL) fields.set(name, null);
    else if (missing !== MISSING.IGNORE) noField(record, name);
  }
  return new MRecord(fields);
}

/**
 * @param {MRecord} record
 * @param {string[]} removed
 * @param {number | null} missing
 */
function removeFields(record, removed, missing) {
  const fields = new Map(record.fields);
  for (const name of removed) {
    if (!fields.delete(name) && (missing ?? MISSING.ERROR) === MISSING.ERROR) noField(record, name);
  }
  return new MRecord(fields);
}

/**
 * @param {MRecord} record
 * @param {Slot} renames
 * @param {number | null} missing
 */
function renameFields(record, renames, missing) {
  const renamed = new Map();
  const added = new Map();
  for (const pair of pairs(renames)) {
    const [from, to] = names(MList.of(pair));
    if (!record.has(from)) {
      if (missing === MISSING.USE_NULL) added.set(to, null);
      else if (missing !== MISSING.IGNORE) noField(record, from);
    }
    renamed.set(from, to);
  }
  const fields = new Map();
  for (const [name, slot] of record.entries()) {
    const to = renamed.get(name) ?? name;
    if (fields.has(to)) duplicateField(to);
    fields.set(to, slot);
  }
  for (const [name, slot] of added) {
    if (fields.has(name)) duplicateField(name);
    fields.set(name, slot);
  }
  return new MRecord(fields);
}

/**
 * @param {string} name
 * @returns {never}
 */
function duplicateField(name) {
  raise("Expression.Error", `The field '${name}' already exists in the record.`, MRecord.from({ Name: name }));
}

/**
 * The named fields change places among themselves.
 *
 * @param {MRecord} record
 * @param {string[]} order
 * @param {number | null} missing
 */
function reorderFields(record, order, missing) {
  const wanted = order.filter((name) => {
    if (record.has(name)) return true;
    if ((missing ?? MISSING.ERROR) === MISSING.ERROR) noField(record, name);
    return missing === MISSING.USE_NULL;
  });
  const moving = new Set(wanted);
  const queue = [...wanted];
  const fields = new Map();
  for (const name of record.names) {
    const next = moving.has(name) ? /** @type {string} */ (queue.shift()) : name;
    fields.set(next, record.slot(next) ?? null);
  }
  for (const name of queue) fields.set(name, record.slot(name) ?? null);
  return new MRecord(fields);
}

/**
 * @param {MRecord} record
 * @param {Slot} operations
 * @param {number | null} missing
 */
function transformFields(record, operations, missing) {
  const fields = new Map(record.fields);
  for (const [nameSlot, operation] of pairs(operations)) {
    const [name] = names(nameSlot);
    const slot = fields.get(name);
    if (slot === undefined && missing === MISSING.IGNORE) continue;
    if (slot === undefined && missing !== MISSING.USE_NULL) noField(record, name);
    fields.set(name, lazy(() => invoke(/** @type {MFunction} */ (plain(operation)), [slot ?? null])));
  }
  return new MRecord(fields);
}

/**
 * @param {MList} list
 * @param {Value} fields Names, or a record type.
 */
export function recordFromList(list, fields) {
  const type = kindOf(fields) === "type" && fields.kind === "record" ? /** @type {MType} */ (fields) : null;
  const wanted = type === null ? names(fields) : [.../** @type {Map<string, any>} */ (type.fields).keys()];
  const values = list.toArray();
  if (values.length !== wanted.length) {
    raise(
      "Expression.Error",
      `${wanted.length} keys were specified, but ${values.length} values were provided.`,
      list,
    );
  }
  const record = new MRecord(new Map(wanted.map((name, at) => [name, values[at]])));
  if (record.size !== wanted.length) duplicateField(wanted.find((name, at) => wanted.indexOf(name) !== at) ?? "");
  record.type = type;
  return record;
}

export const record = family({
  "Record.Field(record as record, field as text) as any": (/** @type {MRecord} */ record, field) => record.get(field),

  "Record.FieldOrDefault(record as nullable record, field as text, optional defaultValue as any) as any": (
    record,
    field,
    otherwise,
  ) => record?.slot(field) ?? otherwise,

  "Record.FieldCount(record as record) as number": (record) => record.size,

  "Record.FieldNames(record as record) as list": (record) => MList.of(record.names),

  "Record.FieldValues(record as record) as list": (record) => MList.of([...record.slots()]),

  "Record.ToList(record as record) as list": (record) => MList.of([...record.slots()]),

  "Record.HasFields(record as record, fields as any) as logical": (record, fields) =>
    names(fields).every((name) => record.has(name)),

  "Record.AddField(record as record, fieldName as text, value as any, optional delayed as nullable logical) as record": (
    record,
    name,
    value,
    delayed,
  ) => {
    if (record.has(name)) duplicateField(name);
    const slot = delayed === true ? lazy(() => invoke(value, [])) : value;
    return new MRecord(new Map([...record.fields, [name, slot]]));
  },

  "Record.Combine(records as list) as record": (/** @type {MList} */ records) => {
    const fields = new Map();
    for (const one of records.values()) {
      if (!(one instanceof MRecord)) return cannotConvert(one, primitive("record"));
      for (const [name, slot] of one.entries()) fields.set(name, slot);
    }
    return new MRecord(fields);
  },

  "Record.SelectFields(record as record, fields as any, optional missingField as nullable number) as record": (
    record,
    fields,
    missing,
  ) => selectFields(record, names(fields), missing),

  "Record.RemoveFields(record as record, fields as any, optional missingField as nullable number) as record": (
    record,
    fields,
    missing,
  ) => removeFields(record, names(fields), missing),

  "Record.RenameFields(record as record, renames as list, optional missingField as nullable number) as record":
    renameFields,

  "Record.ReorderFields(record as record, fieldOrder as list, optional missingField as nullable number) as record": (
    record,
    order,
    missing,
  ) => reorderFields(record, names(order), missing),

  "Record.TransformFields(record as record, transformOperations as list, optional missingField as nullable number) as record":
    transformFields,

  "Record.FromList(list as list, fields as any) as record": recordFromList,

  "Record.FromTable(table as table) as record": (/** @type {MTable} */ table) => {
    const name = table.position("Name");
    const value = table.position("Value");
    const fields = new Map();
    for (const row of table.rows()) {
      const [field] = names(row[name]);
      if (fields.has(field)) duplicateField(field);
      fields.set(field, row[value]);
    }
    return new MRecord(fields);
  },

  "Record.ToTable(record as record) as table": (record) =>
    MTable.of([["Name", primitive("text")], ["Value", primitive("any")]], [...record.entries()]),

});
