// Tables from lists and records, and back.

import { MList, MRecord, MTable, MType, invoke, lazy, plain, primitive, raise } from "../value.mjs";
import { names } from "./arguments.mjs";
import { MISSING } from "./record.mjs";
import { family } from "./signature.mjs";
import { ANY, asList, asRecord, asTable, noColumn, numbered, readColumns, tableOf } from "./tabular.mjs";

/**
 * @import { MFunction } from "../value.mjs"
 * @import { Columns } from "./tabular.mjs"
 * @import { Slot, Value } from "../value/slot.mjs"
 * @import { Row } from "../value/table.mjs"
 */

export const EXTRA = { LIST: 0, ERROR: 1, IGNORE: 2 };

/**
 * A table whose type an argument gives, or else the first of its rows.
 *
 * @param {Value} columns
 * @param {() => Columns} found
 * @param {(columns: Columns) => Iterator<Row>} rows
 */
function tableFrom(columns, found, rows) {
  if (columns instanceof MType && columns.fields !== null) {
    const given = /** @type {Columns} */ (readColumns(columns));
    return new MTable(columns, () => rows(given));
  }
  const known = readColumns(columns);
  /** @type {Columns | null} */
  let kept = known;
  const resolve = () => (kept ??= found());
  return tableOf(resolve, () => rows(resolve()));
}

/**
 * @param {MList} records
 * @param {Value} columns
 * @param {number | null} missing
 */
function fromRecords(records, columns, missing) {
  if (missing === MISSING.IGNORE) raise("Expression.Error", "MissingField.Ignore isn't valid here.", missing);
  const first = () => {
    for (const one of records.values()) return asRecord(one).names.map((name) => /** @type {[string, MType]} */ ([name, ANY]));
    return [];
  };
  return tableFrom(columns, first, function* (known) {
    for (const one of records.values()) {
      const record = asRecord(one);
      yield known.map(([name]) => {
        const slot = record.slot(name);
        if (slot !== undefined) return slot;
        return missing === MISSING.USE_NULL ? null : lazy(() => record.get(name));
      });
    }
  });
}

/**
 * @param {MList} rows
 * @param {Value} columns
 */
function fromRows(rows, columns) {
  const first = () => {
    for (const row of rows.values()) return numbered(asList(row).count()).map((name) => /** @type {[string, MType]} */ ([name, ANY]));
    return [];
  };
  return tableFrom(columns, first, function* (known) {
    for (const one of rows.values()) yield fitted(asList(one).toArray(), known.length);
  });
}

/**
 * @param {Slot[]} row
 * @param {number} width
 */
function fitted(row, width) {
  if (row.length === width) return row;
  raise(
    "Expression.Error",
    `${width} keys were specified, but ${row.length} values were provided.`,
    MList.of(row),
  );
}

/**
 * @param {MList} lists
 * @param {Value} columns
 */
function fromColumns(lists, columns) {
  const count = () => numbered(lists.count()).map((name) => /** @type {[string, MType]} */ ([name, ANY]));
  return tableFrom(columns, count, function* (known) {
    const all = lists.toValues().map((one) => asList(one)[Symbol.iterator]());
    if (all.length > known.length) {
      raise("Expression.Error", "The number of columns and the number of column names are not the same.");
    }
    for (;;) {
      const items = known.map((_, at) => all[at]?.next() ?? { done: true, value: null });
      if (items.every(({ done }) => done)) return;
      yield items.map(({ done, value }) => (done ? null : value));
    }
  });
}

/**
 * Fits what a splitter gave into so many columns.
 *
 * @param {Slot[]} parts
 * @param {number} width
 * @param {Value} otherwise
 * @param {number | null} extra
 * @returns {Row}
 */
export function fitParts(parts, width, otherwise, extra) {
  if (extra === EXTRA.LIST) {
    const own = parts.slice(0, width - 1);
    while (own.length < width - 1) own.push(otherwise);
    return [...own, MList.of(parts.slice(width - 1))];
  }
  if (parts.length > width && extra !== EXTRA.IGNORE) {
    raise(
      "DataFormat.Error",
      "There were more columns in the result than expected.",
      MRecord.from({ Count: width }),
    );
  }
  const row = parts.slice(0, width);
  while (row.length < width) row.push(otherwise);
  return row;
}

/**
 * @param {MList} list
 * @param {MFunction | null} splitter
 * @param {Value} columns
 * @param {Value} otherwise
 * @param {number | null} extra
 */
function fromList(list, splitter, columns, otherwise, extra) {
  /** @param {Slot} item */
  const split = (item) => {
    if (splitter !== null) return asList(plain(invoke(splitter, [item]))).toArray();
    const text = plain(item);
    if (typeof text !== "string") {
      raise("Expression.Error", "The value isn't a text that could be split.", text);
    }
    return text.split(",");
  };
  const first = () => {
    for (const item of list) return numbered(split(item).length).map((name) => /** @type {[string, MType]} */ ([name, ANY]));
    return numbered(1).map((name) => /** @type {[string, MType]} */ ([name, ANY]));
  };
  return tableFrom(columns, first, function* (known) {
    for (const item of list) yield fitParts(split(item), known.length, otherwise, extra);
  });
}

/**
 * @param {Value} value
 * @param {Value} options
 */
function fromValue(value, options) {
  if (value instanceof MTable) return value;
  const name = options?.option("DefaultColumnName") ?? "Value";
  if (value instanceof MRecord) {
    return MTable.of([["Name", primitive("text")], ["Value", ANY]], [...value.entries()]);
  }
  if (value instanceof MList) {
    return tableOf(() => [[name, ANY]], function* () {
      for (const item of value) yield [item];
    });
  }
  return MTable.of([[name, ANY]], [[value]]);
}

/**
 * Tables below each other, each with a value of its own in a new column.
 *
 * @param {string} column
 * @param {MList} partitions
 * @param {MType | null} type
 */
function fromPartitions(column, partitions, type) {
  const all = () => partitions.toValues().map((one) => /** @type {[Slot, MTable]} */ (readPartition(one)));
  const columns = () => {
    const tables = all().map(([, table]) => table);
    const known = [...new Set(tables.flatMap((table) => table.columnNames))].filter((name) => name !== column);
    return [...known.map((name) => /** @type {[string, MType]} */ ([name, ANY])), /** @type {[string, MType]} */ ([column, type ?? ANY])];
  };
  return tableOf(columns, function* () {
    const known = columns();
    for (const [value, table] of all()) {
      const at = known.map(([name]) => (name === column ? -2 : table.indexOf(name)));
      for (const row of table.rows()) yield at.map((from) => (from === -2 ? value : from < 0 ? null : row[from]));
    }
  });
}

/** @param {Value} partition @returns {[Slot, MTable]} */
function readPartition(partition) {
  const [value, table] = asList(partition).toArray();
  return [value, asTable(plain(table))];
}

/** @param {MTable} table @param {string} name */
export function columnOf(table, name) {
  return MList.generated(function* () {
    const at = table.indexOf(name);
    if (at < 0) noColumn(name);
    for (const row of table.rows()) yield row[at];
  });
}

export const tableMake = family({
  "Table.FromRecords(records as list, optional columns as any, optional missingField as nullable number) as table":
    fromRecords,

  "Table.FromRows(rows as list, optional columns as any) as table": fromRows,

  "Table.FromColumns(lists as list, optional columns as any) as table": fromColumns,

  "Table.FromList(list as list, optional splitter as nullable function, optional columns as any, optional default as any, optional extraValues as nullable number) as table":
    fromList,

  "Table.FromValue(value as any, optional options as nullable record) as table": fromValue,

  "Table.FromPartitions(partitionColumn as text, partitions as list, optional partitionColumnType as nullable type) as table":
    fromPartitions,

  "Table.ToRecords(table as table) as list": (/** @type {MTable} */ table) => MList.generated(() => table.records()),

  "Table.ToRows(table as table) as list": (table) =>
    MList.generated(function* () {
      for (const row of table.rows()) yield MList.of(row);
    }),

  "Table.ToColumns(table as table) as list": (table) =>
    MList.generated(function* () {
      for (const name of table.columnNames) yield columnOf(table, name);
    }),

  "Table.ToList(table as table, optional combiner as nullable function) as list": (table, combiner) =>
    MList.generated(function* () {
      for (const row of table.rows()) {
        yield combiner === null
          ? lazy(() => names(MList.of(row)).join(","))
          : lazy(() => invoke(combiner, [MList.of(row)]));
      }
    }),

  "Table.Column(table as table, column as text) as list": (table, column) => {
    table.position(column);
    return columnOf(table, column);
  },
});
