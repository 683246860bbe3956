// Types as values.

import {
  MList, MRecord, MType, cannotConvert, functionType, makeNonNullable, makeNullable, plain, primitive, raise, recordType,
  tableType,
} from "../value.mjs";
import { names } from "./arguments.mjs";
import { MISSING } from "./record.mjs";
import { family } from "./signature.mjs";
import { isSubtype } from "./subtype.mjs";
import { schemaOf } from "./table-schema.mjs";
import { asRecord } from "./tabular.mjs";

/**
 * @import { Kind, TableKey, TypeField } from "../value/type.mjs"
 * @import { Value } from "../value/slot.mjs"
 */

/**
 * @param {MType} type
 * @param {Kind} kind
 */
function expectKind(type, kind) {
  if (type.kind !== kind) raise("Expression.Error", `The type isn't a ${kind} type.`, type);
}

/** @param {MType} type @returns {Map<string, TypeField>} */
function fieldsOf(type) {
  return type.fields ?? new Map();
}

/** @param {Value} value @returns {MType} */
function asType(value) {
  return value instanceof MType ? value : cannotConvert(value, primitive("type"));
}

/**
 * @param {MRecord} fields `[Type = …, Optional = …]` each.
 * @param {boolean} open
 */
function forRecord(fields, open) {
  return recordType(
    fields.names.map((name) => {
      const field = asRecord(plain(fields.get(name)));
      return [name, { type: asType(plain(field.get("Type"))), optional: field.option("Optional", false) === true }];
    }),
    open,
  );
}

/**
 * @param {MRecord} signature `[ReturnType = …, Parameters = […]]`.
 * @param {number} least
 */
function forFunction(signature, least) {
  const parameters = asRecord(plain(signature.get("Parameters")));
  const returns = asType(plain(signature.get("ReturnType")));
  return functionType(
    parameters.names.map((name, at) => ({ name, type: asType(plain(parameters.get(name))), optional: at >= least })),
    returns,
  );
}

/** @param {TableKey[]} keys */
export function keysList(keys) {
  return MList.of(keys.map(({ columns, primary }) => MRecord.from({ Columns: MList.of(columns), Primary: primary })));
}

/** @param {MList} keys @returns {TableKey[]} */
export function readKeys(keys) {
  return keys.toValues().map((one) => {
    const key = asRecord(one);
    return { columns: names(key.get("Columns")), primary: plain(key.get("Primary")) === true };
  });
}

/**
 * @param {MType} type
 * @param {string[]} columns
 * @param {boolean} primary
 */
export function addKey(type, columns, primary) {
  for (const name of columns) {
    if (!fieldsOf(type).has(name)) raise("Expression.Error", `The column '${name}' of the table wasn't found.`, name);
  }
  const others = primary ? type.keys.map((key) => ({ ...key, primary: false })) : type.keys;
  return type.with({ keys: [...others, { columns, primary }] });
}

const FACETS = [
  "NumericPrecisionBase", "NumericPrecision", "NumericScale", "DateTimePrecision", "MaxLength", "IsVariableLength",
  "NativeTypeName", "NativeDefaultExpression", "NativeExpression",
];

/** @param {MType} type */
function facetsOf(type) {
  return MRecord.of(FACETS.map((name) => [name, type.facets?.slot(name) ?? null]));
}

export const type = family({
  "Type.Is(type1 as type, type2 as type) as logical": isSubtype,

  "Type.NonNullable(type as type) as type": makeNonNullable,

  "Type.IsNullable(type as type) as logical": (type) => type.nullable,

  "Type.ListItem(type as type) as type": (/** @type {MType} */ type) => {
    expectKind(type, "list");
    return type.item ?? primitive("any");
  },

  "Type.ForRecord(fields as record, open as logical) as type": forRecord,

  "Type.RecordFields(type as type) as record": (type) => {
    expectKind(type, "record");
    return MRecord.of(
      [...fieldsOf(type)].map(([name, field]) => [name, MRecord.from({ Type: field.type, Optional: field.optional })]),
    );
  },

  "Type.OpenRecord(type as type) as type": (type) => {
    expectKind(type, "record");
    return type.with({ open: true });
  },

  "Type.ClosedRecord(type as type) as type": (type) => {
    expectKind(type, "record");
    return type.with({ open: false, fields: fieldsOf(type) });
  },

  "Type.IsOpenRecord(type as type) as logical": (type) => {
    expectKind(type, "record");
    return type.open;
  },

  "Type.TableRow(table as type) as type": (type) => {
    expectKind(type, "table");
    return type.fields === null ? primitive("record") : recordType(type.fields);
  },

  "Type.TableColumn(tableType as type, column as text) as type": (type, column) => {
    expectKind(type, "table");
    const field = fieldsOf(type).get(column);
    if (field === undefined) raise("Expression.Error", `The column '${column}' of the table wasn't found.`, column);
    return field.type;
  },

  "Type.TableSchema(tableType as type) as table": (type) => {
    expectKind(type, "table");
    return schemaOf(type);
  },

  "Type.TableKeys(tableType as type) as nullable list": (type) => {
    expectKind(type, "table");
    return keysList(type.keys);
  },

  "Type.ReplaceTableKeys(tableType as type, keys as list) as type": (type, keys) => {
    expectKind(type, "table");
    return type.with({ keys: readKeys(keys) });
  },

  "Type.AddTableKey(table as type, columns as list, isPrimary as logical) as type": (type, columns, primary) => {
    expectKind(type, "table");
    return addKey(type, names(columns), primary);
  },

  "Type.TablePartitionKey(tableType as type) as nullable list": () => null,

  "Type.ReplaceTablePartitionKey(tableType as type, partitionKey as nullable list) as type": (type) => type,

  "Type.ForFunction(signature as record, min as number) as type": forFunction,

  "Type.FunctionParameters(type as type) as record": (type) => {
    expectKind(type, "function");
    return MRecord.of((type.parameters ?? []).map((/** @type {any} */ one) => [
      one.name, one.optional ? makeNullable(one.type) : one.type,
    ]));
  },

  "Type.FunctionRequiredParameters(type as type) as number": (type) => {
    expectKind(type, "function");
    return type.required ?? (type.parameters ?? []).filter((/** @type {any} */ one) => !one.optional).length;
  },

  "Type.FunctionReturn(type as type) as type": (type) => {
    expectKind(type, "function");
    return type.returns ?? primitive("any");
  },

  "Type.Union(types as list) as type": (/** @type {MList} */ types) => {
    const all = types.toValues().map(asType);
    return all.reduce((wide, one) => unionOf(wide, one), all[0] ?? primitive("none"));
  },

  "Type.Facets(type as type) as record": facetsOf,

  "Type.ReplaceFacets(type as type, facets as record) as type": (type, facets) => type.with({ facets }),
});

/** @param {MType} one @param {MType} other @returns {MType} */
function unionOf(one, other) {
  if (isSubtype(one, other)) return other;
  if (isSubtype(other, one)) return one;
  if (one.kind === "null") return makeNullable(other);
  if (other.kind === "null") return makeNullable(one);
  const nullable = one.nullable || other.nullable;
  if (one.kind !== other.kind) return primitive(nullable ? "any" : "anynonnull");
  const common = one.kind === "table" ? tableType([]).with({ fields: null }) : primitive(one.kind);
  return nullable ? makeNullable(common) : common;
}

