// Rows of tables: picking, ordering, replacing.

import { MList, MRecord, MTable, invoke, lazy, raise } from "../value.mjs";
import { hashOf, names, notEnough, ordering, tooMany, truth, whole } from "./arguments.mjs";
import { countAtEnd, holdsText, skipped, taken } from "./list.mjs";
import { family } from "./signature.mjs";
import {
  asRecord, byColumn, criteriaColumns, errorOf, keptRows, rowEquation, rowOf, withRows,
} from "./tabular.mjs";

/**
 * @import { Value } from "../value/slot.mjs"
 * @import { Row } from "../value/table.mjs"
 */

/**
 * A table with the same columns and keys, and rows that a generator gives.
 *
 * @param {MTable} table
 * @param {(rows: Iterable<Row>) => Iterable<Row>} change
 */
export function changed(table, change) {
  return withRows(table, () => change(table.rows())[Symbol.iterator]());
}

/** @param {MTable} table */
const toRecord = (table) => (/** @type {Row} */ row) => table.record(row);

/**
 * @param {MTable} table
 * @param {Value} criteria
 */
function* distinct(table, criteria) {
  const columns = criteriaColumns(table, criteria);
  const same = rowEquation(criteria);
  /** @type {Map<string | null, MRecord[]>} */
  const seen = new Map();
  for (const row of table.rows()) {
    const record = table.record(row);
    const hash = columns === null ? null : hashOf(MList.of(columns.map((at) => row[at])));
    const bucket = seen.get(hash);
    if (bucket === undefined) seen.set(hash, [record]);
    else if (bucket.some((one) => same(one, record))) continue;
    else bucket.push(record);
    yield row;
  }
}

/**
 * @param {MTable} table
 * @param {Value} criteria
 * @param {1 | -1} [sign]
 * @returns {Row[]}
 */
function sortedRows(table, criteria, sign = 1) {
  const order = ordering(criteria, byColumn);
  return [...table.rows()]
    .map((row) => ({ row, record: table.record(row) }))
    .sort((left, right) => sign * order(left.record, right.record))
    .map(({ row }) => row);
}

/**
 * @param {MTable} table
 * @param {Value} criteria
 * @param {Value} otherwise
 * @param {1 | -1} sign
 */
function extreme(table, criteria, otherwise, sign) {
  const order = ordering(criteria, byColumn);
  let best = null;
  for (const row of table.rows()) {
    const record = table.record(row);
    if (best === null || order(record, best) * sign > 0) best = record;
  }
  return best ?? otherwise;
}

/**
 * @param {MTable} table
 * @param {number} offset
 * @param {number} count
 * @param {Row[]} replacement
 */
function spliced(table, offset, count, replacement) {
  whole("offset", offset);
  whole("count", count);
  return withRows(table, function* () {
    let at = 0;
    for (const row of table.rows()) {
      if (at === offset) yield* replacement;
      if (at < offset || at >= offset + count) yield row;
      at += 1;
    }
    if (at === offset) yield* replacement;
    if (offset > at) raise("Expression.Error", "The 'offset' argument is out of range.", offset);
    if (offset + count > at) raise("Expression.Error", "The 'count' argument is out of range.", count);
  });
}

/**
 * @param {MTable} table
 * @param {MList | MTable} rows
 * @returns {Row[]}
 */
function rowsOf(table, rows) {
  const records = rows instanceof MTable ? [...rows.records()] : rows.toValues().map(asRecord);
  return records.map((record) => {
    const extra = record.names.find((name) => table.indexOf(name) < 0);
    if (extra !== undefined) raise("Expression.Error", `The field '${extra}' of the record isn't a column.`, record);
    return rowOf(table, record);
  });
}

/**
 * @param {MTable} table
 * @param {MRecord[]} wanted
 * @param {number | null} occurrence
 * @param {Value} criteria
 */
function positionOf(table, wanted, occurrence, criteria) {
  const same = rowEquation(criteria);
  const found = [];
  let at = 0;
  for (const record of table.records()) {
    if (wanted.some((one) => same(record, one))) {
      if (occurrence === null || occurrence === 0) return at;
      found.push(at);
    }
    at += 1;
  }
  return occurrence === 2 ? MList.of(found) : (found.at(-1) ?? -1);
}

/** @param {MTable} table @param {MRecord} wanted @param {Value} criteria */
function contains(table, wanted, criteria) {
  // Only the columns that the wanted row has are looked at.
  const chosen = criteria ?? MList.of(wanted.names);
  const same = rowEquation(chosen);
  for (const record of table.records()) if (same(record, wanted)) return true;
  return false;
}

/** @param {Value} rows @returns {MRecord[]} */
const records = (rows) => (rows instanceof MTable ? [...rows.records()] : rows.toValues().map(asRecord));

/**
 * @param {MTable} table
 * @param {number} offset
 * @param {number | null} skip
 * @param {number | null} take
 */
function* alternated(table, offset, skip, take) {
  let at = 0;
  const left = skip ?? 1;
  const kept = take ?? 1;
  for (const row of table.rows()) {
    const inCycle = at - offset;
    if (inCycle < 0 || inCycle % (left + kept) >= left) yield row;
    at += 1;
  }
}

/**
 * @param {MTable} table
 * @param {Value} columns
 */
function errorTest(table, columns) {
  const at = columns === null ? table.columnNames.map((_, one) => one) : names(columns).map((name) => table.position(name));
  return (/** @type {Row} */ row) => at.some((one) => errorOf(row[one]) !== null);
}

/**
 * Rows of pages of equal size.
 *
 * @param {MTable} table
 * @param {number} size
 */
function* pages(table, size) {
  /** @type {Row[]} */
  let page = [];
  for (const row of table.rows()) {
    page.push(row);
    if (page.length === size) {
      yield keptRows(table, page);
      page = [];
    }
  }
  if (page.length > 0) yield keptRows(table, page);
}

export const tableRows = family({
  "Table.RowCount(table as table) as number": (/** @type {MTable} */ table) => table.count(),

  "Table.ApproximateRowCount(table as table) as number": (table) => table.count(),

  "Table.IsEmpty(table as table) as logical": (table) => table.rows()[Symbol.iterator]().next().done === true,

  "Table.SelectRows(table as table, condition as function) as table": (table, condition) =>
    changed(table, function* (rows) {
      for (const row of rows) if (truth(invoke(condition, [table.record(row)]))) yield row;
    }),

  "Table.First(table as table, optional default as any) as any": (table, otherwise) => {
    for (const record of table.records()) return record;
    return otherwise;
  },

  "Table.Last(table as table, optional default as any) as any": (table, otherwise) => {
    let found = otherwise;
    for (const row of table.rows()) found = row;
    return Array.isArray(found) ? table.record(found) : found;
  },

  "Table.FirstValue(table as table, optional default as any) as any": (table, otherwise) => {
    for (const row of table.rows()) return row.length > 0 ? row[0] : otherwise;
    return otherwise;
  },

  "Table.SingleRow(table as table) as record": (table) => {
    const found = [...taken(table.rows(), 2)];
    if (found.length === 0) return notEnough(table);
    return found.length > 1 ? tooMany(table) : table.record(/** @type {Row} */ (found[0]));
  },

  "Table.FirstN(table as table, countOrCondition as any) as table": (table, countOrCondition) =>
    changed(table, (rows) => /** @type {Iterable<Row>} */ (taken(rows, countOrCondition, toRecord(table)))),

  "Table.Skip(table as table, optional countOrCondition as any) as table": (table, countOrCondition) =>
    changed(table, (rows) => /** @type {Iterable<Row>} */ (skipped(rows, countOrCondition, toRecord(table)))),

  "Table.RemoveFirstN(table as table, optional countOrCondition as any) as table": (table, countOrCondition) =>
    changed(table, (rows) => /** @type {Iterable<Row>} */ (skipped(rows, countOrCondition, toRecord(table)))),

  "Table.LastN(table as table, countOrCondition as any) as table": (table, countOrCondition) =>
    changed(table, (rows) => {
      const all = [...rows];
      return all.slice(all.length - countAtEnd(all, countOrCondition, toRecord(table)));
    }),

  "Table.RemoveLastN(table as table, optional countOrCondition as any) as table": (table, countOrCondition) =>
    changed(table, (rows) => {
      const all = [...rows];
      return all.slice(0, all.length - countAtEnd(all, countOrCondition, toRecord(table)));
    }),

  "Table.Range(table as table, offset as number, optional count as nullable number) as table": (
    table,
    offset,
    count,
  ) => {
    whole("offset", offset);
    return changed(table, (rows) => {
      const rest = skipped(rows, offset);
      return /** @type {Iterable<Row>} */ (count === null ? rest : taken(rest, whole("count", count)));
    });
  },

  "Table.RemoveRows(table as table, offset as number, optional count as nullable number) as table": (
    table,
    offset,
    count,
  ) => spliced(table, offset, count ?? 1, []),

  "Table.InsertRows(table as table, offset as number, rows as list) as table": (table, offset, rows) =>
    spliced(table, offset, 0, rowsOf(table, rows)),

  "Table.ReplaceRows(table as table, offset as number, count as number, rows as list) as table": (
    table,
    offset,
    count,
    rows,
  ) => spliced(table, offset, count, rowsOf(table, rows)),

  "Table.AlternateRows(table as table, offset as number, skip as number, take as number) as table": (
    table,
    offset,
    skip,
    take,
  ) => withRows(table, () => alternated(table, offset, skip, take)),

  "Table.Repeat(table as table, count as number) as table": (table, count) =>
    withRows(table, function* () {
      for (let times = whole("count", count); times > 0; times -= 1) yield* table.rows();
    }),

  "Table.ReverseRows(table as table) as table": (table) => changed(table, (rows) => [...rows].reverse()),

  "Table.Split(table as table, pageSize as number) as list": (table, size) =>
    MList.generated(() => pages(table, size)),

  "Table.SplitAt(table as table, count as number) as list": (table, count) =>
    MList.of([
      changed(table, (rows) => /** @type {Iterable<Row>} */ (taken(rows, whole("count", count)))),
      changed(table, (rows) => /** @type {Iterable<Row>} */ (skipped(rows, count))),
    ]),

  "Table.Sort(table as table, comparisonCriteria as any) as table": (table, criteria) =>
    changed(table, () => sortedRows(table, criteria)),

  "Table.Max(table as table, comparisonCriteria as any, optional default as any) as any": (table, criteria, otherwise) =>
    extreme(table, criteria, otherwise, 1),

  "Table.Min(table as table, comparisonCriteria as any, optional default as any) as any": (table, criteria, otherwise) =>
    extreme(table, criteria, otherwise, -1),

  "Table.MaxN(table as table, comparisonCriteria as any, countOrCondition as any) as table": (
    table,
    criteria,
    countOrCondition,
  ) =>
    changed(table, () =>
      /** @type {Iterable<Row>} */ (taken(sortedRows(table, criteria, -1), countOrCondition, toRecord(table)))),

  "Table.MinN(table as table, comparisonCriteria as any, countOrCondition as any) as table": (
    table,
    criteria,
    countOrCondition,
  ) =>
    changed(table, () =>
      /** @type {Iterable<Row>} */ (taken(sortedRows(table, criteria), countOrCondition, toRecord(table)))),

  "Table.Distinct(table as table, optional equationCriteria as any) as table": (table, criteria) =>
    withRows(table, () => distinct(table, criteria)),

  "Table.IsDistinct(table as table, optional comparisonCriteria as any) as logical": (table, criteria) =>
    [...distinct(table, criteria)].length === table.count(),

  "Table.PositionOf(table as table, row as record, optional occurrence as any, optional equationCriteria as any) as any":
    (table, row, occurrence, criteria) => positionOf(table, [row], occurrence, criteria),

  "Table.PositionOfAny(table as table, rows as list, optional occurrence as nullable number, optional equationCriteria as any) as any":
    (table, rows, occurrence, criteria) => positionOf(table, records(rows), occurrence, criteria),

  "Table.Contains(table as table, row as record, optional equationCriteria as any) as logical": contains,

  "Table.ContainsAll(table as table, rows as list, optional equationCriteria as any) as logical": (
    table,
    rows,
    criteria,
  ) => records(rows).every((row) => contains(table, row, criteria)),

  "Table.ContainsAny(table as table, rows as list, optional equationCriteria as any) as logical": (
    table,
    rows,
    criteria,
  ) => records(rows).some((row) => contains(table, row, criteria)),

  "Table.MatchesAllRows(table as table, condition as function) as logical": (table, condition) => {
    for (const record of table.records()) if (!truth(invoke(condition, [record]))) return false;
    return true;
  },

  "Table.MatchesAnyRows(table as table, condition as function) as logical": (table, condition) => {
    for (const record of table.records()) if (truth(invoke(condition, [record]))) return true;
    return false;
  },

  "Table.RemoveMatchingRows(table as table, rows as list, optional equationCriteria as any) as table": (
    table,
    rows,
    criteria,
  ) =>
    changed(table, function* (all) {
      const same = rowEquation(criteria);
      const gone = records(rows);
      for (const row of all) {
        const record = table.record(row);
        if (!gone.some((one) => same(record, one))) yield row;
      }
    }),

  "Table.ReplaceMatchingRows(table as table, replacements as list, optional equationCriteria as any) as table": (
    table,
    replacements,
    criteria,
  ) =>
    changed(table, function* (all) {
      const same = rowEquation(criteria);
      const items = replacements.toValues();
      const pairsOf = items[0] instanceof MList ? items.map((/** @type {MList} */ pair) => pair.toValues()) : [items];
      for (const row of all) {
        const record = table.record(row);
        const found = pairsOf.find((/** @type {Value[]} */ [old]) => same(record, asRecord(old)));
        yield found === undefined ? row : rowOf(table, asRecord(found[1]));
      }
    }),

  "Table.FindText(table as table, text as text) as table": (table, text) =>
    changed(table, function* (rows) {
      for (const row of rows) if (row.some((cell) => holdsText(cell, text))) yield row;
    }),

  "Table.SelectRowsWithErrors(table as table, optional columns as nullable list) as table": (table, columns) =>
    changed(table, function* (rows) {
      const wrong = errorTest(table, columns);
      for (const row of rows) if (wrong(row)) yield row;
    }),

  "Table.RemoveRowsWithErrors(table as table, optional columns as nullable list) as table": (table, columns) =>
    changed(table, function* (rows) {
      const wrong = errorTest(table, columns);
      for (const row of rows) if (!wrong(row)) yield row;
    }),

  "Table.TransformRows(table as table, transform as function) as list": (table, transform) =>
    MList.generated(function* () {
      for (const record of table.records()) yield lazy(() => invoke(transform, [record]));
    }),
});
