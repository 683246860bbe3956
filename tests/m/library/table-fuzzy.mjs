// Joins and groups by similarity of texts. The engine's measure is not published: this one counts edits.

import { MList, MTable, invoke, lazy, plain, primitive } from "../value.mjs";
import { names, pairs } from "./arguments.mjs";
import { textFrom } from "./convert.mjs";
import { family } from "./signature.mjs";
import { JOIN } from "./table-join.mjs";
import { ANY, asFunction, checkDistinct, keptRows, tableOf } from "./tabular.mjs";

/**
 * @import { MType } from "../value.mjs"
 * @import { Value } from "../value/slot.mjs"
 * @import { Row } from "../value/table.mjs"
 */

/**
 * How many characters must be added, removed or changed, as a part of the longer text; 1 is equality.
 *
 * @param {string} one
 * @param {string} other
 */
function similarity(one, other) {
  let before = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row += 1) {
    const next = [row];
    for (let at = 1; at <= other.length; at += 1) {
      const changed = before[at - 1] + (one[row - 1] === other[at - 1] ? 0 : 1);
      next.push(Math.min(changed, before[at] + 1, next[at - 1] + 1));
    }
    before = next;
  }
  const longest = Math.max(one.length, other.length);
  return longest === 0 ? 1 : 1 - before[other.length] / longest;
}

/**
 * What the options say about texts.
 *
 * @param {Value} options
 */
function matcher(options) {
  const ignoreCase = options?.option("IgnoreCase") ?? true;
  const ignoreSpace = options?.option("IgnoreSpace") ?? true;
  const threshold = options?.option("Threshold") ?? 0.8;
  /** @type {[string, string][]} */
  const replacements = [];
  const table = options?.option("TransformationTable") ?? null;
  if (table instanceof MTable) {
    for (const record of table.records()) {
      replacements.push([String(plain(record.get("From"))), String(plain(record.get("To")))]);
    }
  }
  /** @param {Value} value */
  const normal = (value) => {
    let text = textFrom(value, null) ?? "";
    for (const [from, to] of replacements) text = text.replaceAll(from, to);
    if (ignoreCase) text = text.toLowerCase();
    return ignoreSpace ? text.replace(/\s+/g, "") : text;
  };
  return {
    threshold,
    /** @param {Value} one @param {Value} other */
    score: (one, other) => similarity(normal(one), normal(other)),
  };
}

/**
 * Values that are alike, under the most frequent of them.
 *
 * @param {Value[]} values
 * @param {Value} options
 * @returns {Map<Value, { representative: Value, score: number }>}
 */
function clusters(values, options) {
  const { threshold, score } = matcher(options);
  /** @type {Map<Value, number>} */
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const ranked = [...counts.keys()].sort((one, other) => (counts.get(other) ?? 0) - (counts.get(one) ?? 0));
  /** @type {Value[]} */
  const representatives = [];
  const found = new Map();
  for (const value of ranked) {
    const near = representatives.find((one) => score(one, value) >= threshold);
    if (near === undefined) representatives.push(value);
    found.set(value, { representative: near ?? value, score: near === undefined ? 1 : score(near, value) });
  }
  return found;
}

/**
 * The rows of the right table that are like a row of the left one.
 *
 * @param {Row[]} rows
 * @param {number[]} key
 * @param {Value[]} wanted
 * @param {Value} options
 */
function similarRows(rows, key, wanted, options) {
  const { threshold, score } = matcher(options);
  const most = options?.option("NumberOfMatches") ?? Infinity;
  return rows
    .map((row, number) => ({ number, score: Math.min(...key.map((at, one) => score(plain(row[at]), wanted[one]))) }))
    .filter((one) => one.score >= threshold)
    .sort((one, other) => other.score - one.score)
    .slice(0, most);
}

/**
 * @param {MTable} left
 * @param {Value} leftKey
 * @param {MTable} right
 * @param {Value} rightKey
 * @param {number} kind
 * @param {Value} options
 */
function* matches(left, leftKey, right, rightKey, kind, options) {
  const leftAt = names(leftKey).map((name) => left.position(name));
  const rightAt = names(rightKey).map((name) => right.position(name));
  const rows = right.toArray();
  const used = new Set();
  for (const row of left.rows()) {
    const found = similarRows(rows, rightAt, leftAt.map((at) => plain(row[at])), options);
    for (const { number } of found) used.add(number);
    const some = found.length > 0;
    const inner = some && [JOIN.INNER, JOIN.LEFT_OUTER, JOIN.RIGHT_OUTER, JOIN.FULL_OUTER, JOIN.LEFT_SEMI].includes(kind);
    const lonely = !some && [JOIN.LEFT_OUTER, JOIN.FULL_OUTER, JOIN.LEFT_ANTI].includes(kind);
    if (inner || lonely) yield { row, found: found.map(({ number, score }) => ({ row: rows[number], score })) };
  }
  if (![JOIN.RIGHT_OUTER, JOIN.FULL_OUTER, JOIN.RIGHT_ANTI].includes(kind)) return;
  const rest = rows.filter((_, number) => !used.has(number));
  if (rest.length > 0) yield { row: left.columnNames.map(() => null), found: rest.map((row) => ({ row, score: null })) };
}

/**
 * @param {MTable} left
 * @param {Value} leftKey
 * @param {MTable} right
 * @param {Value} rightKey
 * @param {number | null} kind
 * @param {Value} options
 */
function fuzzyJoin(left, leftKey, right, rightKey, kind, options) {
  const similar = options?.option("SimilarityColumnName") ?? null;
  /** @type {[string, MType][]} */
  const extra = similar === null ? [] : [[similar, primitive("number")]];
  checkDistinct([...left.columnNames, ...right.columnNames, ...extra.map(([name]) => name)]);
  return tableOf(
    () => [...left.columns, ...right.columns, ...extra],
    function* () {
      for (const { row, found } of matches(left, leftKey, right, rightKey, kind ?? JOIN.INNER, options)) {
        const partners = found.length === 0 ? [{ row: right.columnNames.map(() => null), score: null }] : found;
        for (const partner of partners) yield [...row, ...partner.row, ...extra.map(() => partner.score)];
      }
    },
  );
}

/**
 * @param {MTable} left
 * @param {Value} leftKey
 * @param {MTable} right
 * @param {Value} rightKey
 * @param {string} name
 * @param {number | null} kind
 * @param {Value} options
 */
function fuzzyNestedJoin(left, leftKey, right, rightKey, name, kind, options) {
  checkDistinct([...left.columnNames, name]);
  return tableOf(
    () => [...left.columns, [name, right.type]],
    function* () {
      for (const { row, found } of matches(left, leftKey, right, rightKey, kind ?? JOIN.LEFT_OUTER, options)) {
        yield [...row, keptRows(right, found.map((one) => one.row))];
      }
    },
  );
}

export const tableFuzzy = family({
  "Table.FuzzyJoin(table1 as table, key1 as any, table2 as table, key2 as any, optional joinKind as nullable number, optional joinOptions as nullable record) as table":
    fuzzyJoin,

  "Table.FuzzyNestedJoin(table1 as table, key1 as any, table2 as table, key2 as any, newColumnName as text, optional joinKind as nullable number, optional joinOptions as nullable record) as table":
    fuzzyNestedJoin,

  "Table.FuzzyGroup(table as table, key as any, aggregatedColumns as list, optional options as nullable record) as table":
    (/** @type {MTable} */ table, key, /** @type {MList} */ aggregated, options) => {
      const [name] = names(key);
      const at = table.position(name);
      const added = pairs(aggregated).map((one) => one.map(plain));
      return tableOf(
        () => [
          [name, table.columns[at][1]],
          ...added.map(([column, , type]) => /** @type {[string, MType]} */ ([column, type ?? ANY])),
        ],
        function* () {
          const rows = table.toArray();
          const found = clusters(rows.map((row) => plain(row[at])), options);
          const all = new Set(rows.map((row) => found.get(plain(row[at]))?.representative));
          for (const representative of all) {
            const own = keptRows(table, rows.filter((row) => found.get(plain(row[at]))?.representative === representative));
            yield [representative, ...added.map(([, callee]) => lazy(() => invoke(asFunction(callee), [own])))];
          }
        },
      );
    },

  "Table.AddFuzzyClusterColumn(table as table, columnName as text, newColumnName as text, optional options as nullable record) as table":
    (/** @type {MTable} */ table, column, name, options) => {
      const at = table.position(column);
      const similar = options?.option("SimilarityColumnName") ?? null;
      checkDistinct([...table.columnNames, name]);
      return tableOf(
        () => [
          ...table.columns,
          [name, table.columns[at][1]],
          .../** @type {[string, MType][]} */ (similar === null ? [] : [[similar, primitive("number")]]),
        ],
        function* () {
          const rows = table.toArray();
          const found = clusters(rows.map((row) => plain(row[at])), options);
          for (const row of rows) {
            const own = found.get(plain(row[at]));
            yield [...row, own?.representative, ...(similar === null ? [] : [own?.score])];
          }
        },
      );
    },
});
