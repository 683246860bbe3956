// Tables grouped, ranked, split, pivoted and unpivoted.

import { MFunction, MList, MRecord, MTable, equals, invoke, lazy, plain, primitive, raise } from "../value.mjs";
import { hashOf, names, ordering, pairs } from "./arguments.mjs";
import { hasFold, textKey } from "./comparer.mjs";
import { family } from "./signature.mjs";
import {
  ANY, asFunction, asList, byColumn, checkDistinct, duplicateColumn, keptRows, locate, numbered, tableOf,
} from "./tabular.mjs";
import { columnType } from "./table-columns.mjs";
import { EXTRA, fitParts } from "./table-make.mjs";

/**
 * @import { MType } from "../value.mjs"
 * @import { Slot, Value } from "../value/slot.mjs"
 * @import { Row } from "../value/table.mjs"
 */

const LOCAL = 0;

/**
 * When two rows belong to one group.
 *
 * @param {MTable} table
 * @param {Value} key
 * @param {Value} comparer
 * @returns {{ same: (left: Row, right: Row) => boolean, hash: (row: Row) => string | null }}
 */
function grouping(table, key, comparer) {
  const at = names(key).map((name) => table.position(name));
  const cells = (/** @type {Row} */ row) => at.map((one) => row[one]);
  if (comparer === null || hasFold(comparer)) {
    const fold = comparer === null ? (/** @type {Slot} */ slot) => slot : folded(comparer);
    const keyOf = (/** @type {Row} */ row) => cells(row).map(fold);
    return {
      same: (left, right) => {
        const others = keyOf(right);
        return keyOf(left).every((slot, one) => equals(slot, others[one]));
      },
      hash: (row) => hashOf(MList.of(keyOf(row))),
    };
  }
  // A comparer of M code is given the value of a single column, or else a record of the key.
  const given = (/** @type {Row} */ row) =>
    plain(key) instanceof MList
      ? MRecord.of(names(key).map((name, one) => [name, row[at[one]]]))
      : row[at[0]];
  return {
    same: (left, right) => {
      const answer = plain(invoke(comparer, [given(left), given(right)]));
      return answer === true || answer === 0;
    },
    hash: () => null,
  };
}

/** @param {MFunction} comparer */
function folded(comparer) {
  const key = textKey(comparer);
  return (/** @type {Slot} */ slot) => {
    const value = plain(slot);
    return typeof value === "string" ? key(value) : value;
  };
}

/**
 * @param {MTable} table
 * @param {ReturnType<typeof grouping>} how
 * @param {boolean} local
 * @returns {Row[][]}
 */
function groupsOf(table, { same, hash }, local) {
  /** @type {Row[][]} */
  const groups = [];
  /** @type {Map<string | null, Row[][]>} */
  const buckets = new Map();
  for (const row of table.rows()) {
    const last = groups.at(-1);
    if (local) {
      if (last !== undefined && same(last[0], row)) last.push(row);
      else groups.push([row]);
      continue;
    }
    const code = hash(row);
    const bucket = buckets.get(code) ?? [];
    buckets.set(code, bucket);
    const found = bucket.find((group) => same(group[0], row));
    if (found !== undefined) found.push(row);
    else {
      const group = [row];
      bucket.push(group);
      groups.push(group);
    }
  }
  return groups;
}

/**
 * @param {MTable} table
 * @param {Value} key
 * @param {MList} aggregated
 * @param {number | null} kind
 * @param {Value} comparer
 */
function group(table, key, aggregated, kind, comparer) {
  const keyColumns = locate(table, names(key), null);
  const added = pairs(aggregated).map((one) => {
    const [name, callee, type] = one.map(plain);
    return { name, callee: asFunction(callee), type: type ?? null };
  });
  checkDistinct([...keyColumns.map(({ name }) => name), ...added.map(({ name }) => name)]);
  const { columns } = table;
  return tableOf(
    () => [
      ...keyColumns.map(({ name, at }) => /** @type {[string, MType]} */ ([name, columns[at][1]])),
      ...added.map(({ name, callee, type }) => /** @type {[string, MType]} */ ([name, columnType(type, callee)])),
    ],
    function* () {
      for (const rows of groupsOf(table, grouping(table, key, comparer), kind === LOCAL)) {
        const nested = keptRows(table, rows);
        yield [
          ...keyColumns.map(({ at }) => rows[0][at]),
          ...added.map(({ callee }) => lazy(() => invoke(callee, [nested]))),
        ];
      }
    },
    () => (keyColumns.length > 0 ? [{ columns: keyColumns.map(({ name }) => name), primary: true }] : []),
  );
}

/**
 * @param {MTable} table
 * @param {MList} values
 * @param {string} attribute
 * @param {string} value
 * @param {MFunction | null} aggregation
 */
function pivot(table, values, attribute, value, aggregation) {
  const attributeAt = table.position(attribute);
  const valueAt = table.position(value);
  const made = names(values);
  const rest = table.columnNames.map((_, at) => at).filter((at) => at !== attributeAt && at !== valueAt);
  const { columns } = table;
  checkDistinct([...rest.map((at) => columns[at][0]), ...made]);
  const type = columns[valueAt][1];
  return tableOf(
    () => [
      ...rest.map((at) => columns[at]),
      ...made.map((name) => /** @type {[string, MType]} */ ([name, aggregation === null ? type : ANY])),
    ],
    function* () {
      const key = MList.of(rest.map((at) => columns[at][0]));
      for (const rows of groupsOf(table, grouping(table, key, null), false)) {
        yield [
          ...rest.map((at) => rows[0][at]),
          ...made.map((name) =>
            lazy(() => {
              const cells = rows.filter((row) => plain(row[attributeAt]) === name).map((row) => row[valueAt]);
              if (aggregation !== null) return invoke(aggregation, [MList.of(cells)]);
              if (cells.length > 1) {
                raise(
                  "Expression.Error",
                  "There were too many elements in the enumeration to complete the operation.",
                  MList.of(cells),
                );
              }
              return cells[0] ?? null;
            })),
        ];
      }
    },
  );
}

/**
 * @param {MTable} table
 * @param {string[]} sources
 * @param {string} attribute
 * @param {string} value
 */
function unpivot(table, sources, attribute, value) {
  const at = locate(table, sources, null);
  const rest = table.columnNames.map((_, one) => one).filter((one) => !at.some((source) => source.at === one));
  const { columns } = table;
  checkDistinct([...rest.map((one) => columns[one][0]), attribute, value]);
  const kinds = new Set(at.map((source) => columns[source.at][1]));
  const type = kinds.size === 1 ? [...kinds][0] : ANY;
  return tableOf(
    () => [...rest.map((one) => columns[one]), [attribute, primitive("text")], [value, type]],
    function* () {
      for (const row of table.rows()) {
        for (const source of at) {
          if (plain(row[source.at]) !== null) yield [...rest.map((one) => row[one]), source.name, row[source.at]];
        }
      }
    },
  );
}

/**
 * @param {MTable} table
 * @param {string} column
 * @param {number} groups
 * @param {MFunction} hash
 */
function partition(table, column, groups, hash) {
  const at = table.position(column);
  /** @type {Row[][]} */
  const found = Array.from({ length: groups }, () => []);
  for (const row of table.rows()) {
    const code = Number(plain(invoke(hash, [row[at]])));
    found[((code % groups) + groups) % groups].push(row);
  }
  return MList.of(found.map((rows) => keptRows(table, rows)));
}

/**
 * @param {MTable} table
 * @param {string} column
 * @param {MFunction} splitter
 * @param {Value} namesOrNumber
 * @param {Value} otherwise
 * @param {number | null} extra
 */
function splitColumn(table, column, splitter, namesOrNumber, otherwise, extra) {
  const at = table.position(column);
  const { columns } = table;
  const split = (/** @type {Slot} */ cell) => {
    const value = plain(invoke(splitter, [cell]));
    return value === null ? [] : asList(value).toArray();
  };
  /** @type {string[] | null} */
  let made = null;
  if (plain(namesOrNumber) instanceof MList) made = names(namesOrNumber);
  else if (typeof namesOrNumber === "number") made = numbered(namesOrNumber).map((_, number) => `${column}.${number + 1}`);
  const resolve = () => {
    if (made === null) {
      let width = 0;
      for (const row of table.rows()) width = Math.max(width, split(row[at]).length);
      made = numbered(width).map((_, number) => `${column}.${number + 1}`);
    }
    return made;
  };
  const all = () => {
    const known = resolve();
    checkDistinct([...columns.filter((_, one) => one !== at).map(([name]) => name), ...known]);
    return [
      ...columns.slice(0, at),
      ...known.map((name) => /** @type {[string, MType]} */ ([name, ANY])),
      ...columns.slice(at + 1),
    ];
  };
  return tableOf(all, function* () {
    const width = resolve().length;
    for (const row of table.rows()) {
      const parts = lazy(() => fitParts(split(row[at]), width, otherwise, extra ?? EXTRA.IGNORE));
      const cells = Array.from({ length: width }, (_, number) => lazy(() => parts.force()[number]));
      yield [...row.slice(0, at), ...cells, ...row.slice(at + 1)];
    }
  });
}

const RANK = { COMPETITION: 0, DENSE: 1 };

/**
 * @param {MTable} table
 * @param {string} name
 * @param {Value} criteria
 * @param {Value} options
 */
function addRank(table, name, criteria, options) {
  const kind = options?.option("RankKind") ?? RANK.COMPETITION;
  const order = ordering(criteria, byColumn);
  if (table.indexOf(name) >= 0) duplicateColumn(name);
  return tableOf(
    () => [...table.columns, [name, primitive("number")]],
    function* () {
      const rows = table.toArray().map((row) => ({ row, record: table.record(row) }));
      rows.sort((left, right) => order(left.record, right.record));
      let rank = 0;
      for (let at = 0; at < rows.length; at += 1) {
        const tied = at > 0 && order(rows[at - 1].record, rows[at].record) === 0;
        if (!tied || (kind !== RANK.COMPETITION && kind !== RANK.DENSE)) rank = kind === RANK.DENSE ? rank + 1 : at + 1;
        yield [...rows[at].row, rank];
      }
    },
  );
}

export const tableGroup = family({
  "Table.Group(table as table, key as any, aggregatedColumns as list, optional groupKind as nullable number, optional comparer as nullable function) as table":
    group,

  "Table.Pivot(table as table, pivotValues as list, attributeColumn as text, valueColumn as text, optional aggregationFunction as nullable function) as table":
    pivot,

  "Table.Unpivot(table as table, pivotColumns as list, attributeColumn as text, valueColumn as text) as table": (
    table,
    columns,
    attribute,
    value,
  ) => unpivot(table, names(columns), attribute, value),

  "Table.UnpivotOtherColumns(table as table, pivotColumns as list, attributeColumn as text, valueColumn as text) as table":
    (/** @type {MTable} */ table, columns, attribute, value) => {
      const kept = new Set(names(columns));
      locate(table, [...kept], null);
      return unpivot(table, table.columnNames.filter((name) => !kept.has(name)), attribute, value);
    },

  "Table.Partition(table as table, column as text, groups as number, hash as function) as list": partition,

  "Table.SplitColumn(table as table, sourceColumn as text, splitter as function, optional columnNamesOrNumber as any, optional default as any, optional extraColumns as any) as table":
    splitColumn,

  "Table.AddRankColumn(table as table, newColumnName as text, comparisonCriteria as any, optional options as nullable record) as table":
    addRank,
});
