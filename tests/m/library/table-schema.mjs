// What a table is like: schema, profile, keys.

import { MList, MRecord, MTable, compare, invoke, kindOf, lazy, plain, primitive, tableType, title } from "../value.mjs";
import { names } from "./arguments.mjs";
import { listSet } from "./list-set.mjs";
import { family } from "./signature.mjs";
import { asList } from "./tabular.mjs";

/**
 * @import { MFunction, MType } from "../value.mjs"
 * @import { Slot, Value } from "../value/slot.mjs"
 */

/** @type {[string, MType][]} */
const SCHEMA = [
  ["Name", "text"], ["Position", "number"], ["TypeName", "text"], ["Kind", "text"], ["IsNullable", "logical"],
  ["NumericPrecisionBase", "number"], ["NumericPrecision", "number"], ["NumericScale", "number"],
  ["DateTimePrecision", "number"], ["MaxLength", "number"], ["IsVariableLength", "logical"],
  ["NativeTypeName", "text"], ["NativeDefaultExpression", "text"], ["NativeExpression", "text"],
  ["Description", "text"], ["IsWritable", "logical"], ["FieldCaption", "text"],
].map(([name, kind]) => [name, primitive(`nullable ${kind}`)]);

/** Facets that the names of number types bring along. @type {Record<string, Record<string, Value>>} */
const FACETS = {
  "Byte.Type": { NumericPrecisionBase: 2, NumericPrecision: 8, NumericScale: 0 },
  "Int8.Type": { NumericPrecisionBase: 2, NumericPrecision: 8, NumericScale: 0 },
  "Int16.Type": { NumericPrecisionBase: 2, NumericPrecision: 16, NumericScale: 0 },
  "Int32.Type": { NumericPrecisionBase: 2, NumericPrecision: 32, NumericScale: 0 },
  "Int64.Type": { NumericPrecisionBase: 2, NumericPrecision: 64, NumericScale: 0 },
  "Single.Type": { NumericPrecisionBase: 2, NumericPrecision: 24 },
  "Double.Type": { NumericPrecisionBase: 2, NumericPrecision: 53 },
  "Currency.Type": { NumericPrecisionBase: 10, NumericPrecision: 19, NumericScale: 4 },
};

/** @param {MType} type */
function typeName(type) {
  if (type.name !== null) return type.name;
  return type.kind === "anynonnull" ? "Any.Type" : `${title(type.kind)}.Type`;
}

/**
 * A row for each column.
 *
 * @param {MType} type A table type.
 */
export function schemaOf(type) {
  const rows = [...(type.fields ?? new Map())].map(([name, field], position) => {
    const own = /** @type {MType} */ (field.type);
    /** @type {Record<string, Slot>} */
    const cells = {
      Name: name,
      Position: position,
      TypeName: typeName(own),
      Kind: own.kind,
      IsNullable: own.nullable,
      ...(own.name === null ? {} : FACETS[own.name]),
      ...Object.fromEntries(own.facets?.fields ?? []),
      Description: own.meta?.slot("Documentation.FieldDescription") ?? null,
      FieldCaption: own.meta?.slot("Documentation.FieldCaption") ?? null,
    };
    return SCHEMA.map(([column]) => cells[column] ?? null);
  });
  return new MTable(tableType(SCHEMA, [{ columns: ["Name"], primary: true }, { columns: ["Position"], primary: false }]), rows);
}

/** Kinds of which an average can be had. */
const AVERAGED = new Set(["number", "date", "time", "datetime", "datetimezone", "duration"]);
const ORDERED = new Set([...AVERAGED, "text", "logical"]);

/**
 * @param {string} signature Its beginning.
 * @param {MList} list
 */
function summary(signature, list) {
  const key = /** @type {string} */ (Object.keys(listSet).find((one) => one.startsWith(`${signature}(`)));
  return listSet[key](list, null, null, null);
}

/**
 * @param {MTable} table
 * @param {MList | null} more `{name, type condition, aggregation}` each.
 */
function profile(table, more) {
  const added = (more?.toValues() ?? []).map((one) => asList(one).toValues());
  const fixed = ["Column", "Min", "Max", "Average", "StandardDeviation", "Count", "NullCount", "DistinctCount"];
  const columns = [...fixed, ...added.map(([name]) => name)].map(
    (name) => /** @type {[string, MType]} */ ([name, primitive("any")]),
  );
  return MTable.generated(columns, function* () {
    const rows = table.toArray();
    for (const [at, [name, type]] of table.columns.entries()) {
      const cells = rows.map((row) => row[at]);
      const values = cells.map(plain).filter((value) => value !== null);
      const kinds = new Set(values.map(kindOf));
      const kind = kinds.size === 1 ? [...kinds][0] : "none";
      const list = MList.of(values);
      const ordered = ORDERED.has(kind) ? [...values].sort(compare) : [];
      yield [
        name,
        ordered[0] ?? null,
        ordered.at(-1) ?? null,
        AVERAGED.has(kind) ? summary("List.Average", list) : null,
        kind === "number" ? summary("List.StandardDeviation", list) : null,
        cells.length,
        cells.length - values.length,
        summary("List.Distinct", MList.of(cells)).count(),
        ...added.map(([, condition, aggregation]) =>
          lazy(() =>
            plain(invoke(/** @type {MFunction} */ (condition), [type])) === true
              ? invoke(/** @type {MFunction} */ (aggregation), [MList.of(cells)])
              : null)),
      ];
    }
  });
}

export const tableSchema = family({
  "Table.Schema(table as table) as table": (/** @type {MTable} */ table) => schemaOf(table.type),

  "Table.Profile(table as table, optional additionalAggregates as nullable list) as table": profile,

  "Table.Keys(table as table) as list": (table) =>
    MList.of(
      table.keys.map((/** @type {any} */ { columns, primary }) =>
        MRecord.from({ Columns: MList.of(columns), Primary: primary })),
    ),

  "Table.AddKey(table as table, columns as list, isPrimary as logical) as table": (table, columns, primary) => {
    const wanted = names(columns);
    for (const name of wanted) table.position(name);
    const keys = primary ? table.keys.map((/** @type {any} */ key) => ({ ...key, primary: false })) : table.keys;
    return withKeys(table, [...keys, { columns: wanted, primary }]);
  },

  "Table.ReplaceKeys(table as table, keys as list) as table": (table, keys) =>
    withKeys(
      table,
      keys.toValues().map((/** @type {MRecord} */ key) => ({
        columns: names(key.get("Columns")),
        primary: plain(key.get("Primary")) === true,
      })),
    ),

  "Table.PartitionKey(table as table) as nullable list": () => null,

  "Table.ReplacePartitionKey(table as table, partitionKey as nullable list) as table": (table) => table,

  "Table.ReplaceRelationshipIdentity(value as any, identity as text) as any": (value) => value,
});

/**
 * @param {MTable} table
 * @param {MType["keys"]} keys
 */
function withKeys(table, keys) {
  return new MTable(() => table.type.with({ keys }), () => table.rows()[Symbol.iterator]());
}
