// Joins of tables.

import { MFunction, MList, MTable, invoke, lazy, plain, raise } from "../value.mjs";
import { equation, hashOf, names } from "./arguments.mjs";
import { family } from "./signature.mjs";
import { asTable, checkDistinct, keptRows, tableOf } from "./tabular.mjs";

/**
 * @import { MType } from "../value.mjs"
 * @import { Columns } from "./tabular.mjs"
 * @import { Slot, Value } from "../value/slot.mjs"
 * @import { Row } from "../value/table.mjs"
 */

export const JOIN = {
  INNER: 0, LEFT_OUTER: 1, RIGHT_OUTER: 2, FULL_OUTER: 3, LEFT_ANTI: 4, RIGHT_ANTI: 5, LEFT_SEMI: 6, RIGHT_SEMI: 7,
};

const ALGORITHM = { DYNAMIC: 0, PAIRWISE_HASH: 1, LEFT_HASH: 3 };

/**
 * Rows of a table by their key.
 *
 * @param {Row[]} rows
 * @param {number[]} key Positions of columns.
 * @param {Value} comparers Null, or a list with a comparer (or null) per key column.
 * @param {boolean} [ofLeft] Whether it is the left table of the join: what a comparer is given first.
 */
function indexed(rows, key, comparers, ofLeft = false) {
  const same = (comparers?.toValues() ?? []).map(equation);
  /** @param {Slot[]} left @param {Slot[]} right */
  const matches = (left, right) => left.every((slot, at) => (same[at] ?? equation(null))(slot, right[at]));
  const keys = rows.map((row) => key.map((at) => row[at]));
  /** @type {Map<string | null, number[]>} */
  const buckets = new Map();
  keys.forEach((cells, number) => {
    const hash = comparers === null ? hashOf(MList.of(cells)) : null;
    const bucket = buckets.get(hash);
    if (bucket === undefined) buckets.set(hash, [number]);
    else bucket.push(number);
  });
  return {
    rows,
    /** @param {Slot[]} cells @returns {number[]} */
    find(cells) {
      const hash = comparers === null ? hashOf(MList.of(cells)) : null;
      return (buckets.get(hash) ?? []).filter((number) =>
        ofLeft ? matches(keys[number], cells) : matches(cells, keys[number]),
      );
    },
  };
}

/** @param {MTable} table @param {Value} key */
function keyOf(table, key) {
  const columns = key === null ? [] : names(key);
  return columns.map((name) => table.position(name));
}

/** @param {number[]} left @param {number[]} right */
function checkKeys(left, right) {
  if (left.length !== right.length) {
    raise("Expression.Error", "The number of key columns must be the same on both sides of the join.");
  }
}

/**
 * @param {MTable} left
 * @param {Value} leftKeyNames
 * @param {MTable} right
 * @param {Value} rightKeyNames
 * @param {number | null} kind
 * @param {number | null} algorithm
 * @param {Value} comparers
 */
function join(left, leftKeyNames, right, rightKeyNames, kind, algorithm, comparers) {
  const leftKey = keyOf(left, leftKeyNames);
  const rightKey = keyOf(right, rightKeyNames);
  checkKeys(leftKey, rightKey);
  const mode = kind ?? JOIN.INNER;
  if (mode === JOIN.LEFT_SEMI || mode === JOIN.RIGHT_SEMI) return semiJoin(left, leftKey, right, rightKey, mode, comparers);
  const leftNames = left.columnNames;
  // A key column of the same name on both sides is one column.
  const shared = rightKey.filter((at, number) => leftNames[leftKey[number]] === right.columnNames[at]);
  const kept = right.columnNames.map((_, at) => at).filter((at) => !shared.includes(at));
  const columns = () => [...left.columns, ...kept.map((at) => right.columns[at])];
  const all = columns().map(([name]) => name);
  const twice = all.find((name, at) => all.indexOf(name) !== at);
  if (twice !== undefined) {
    raise(
      "Expression.Error",
      `A join operation cannot result in a table with duplicate column names ("${twice}").`,
      MList.of(all),
    );
  }
  return tableOf(columns, function* () {
    const index = indexed(right.toArray(), rightKey, comparers);
    /** @type {Iterable<Row>} */
    let leftRows = left.rows();
    if (mode === JOIN.INNER) {
      const { buffered, rest } = leftFirst(left, index.rows.length, algorithm ?? ALGORITHM.DYNAMIC);
      if (buffered !== null) {
        const lookup = indexed(buffered, leftKey, comparers, true);
        for (const row of index.rows) {
          for (const number of lookup.find(rightKey.map((at) => row[at]))) {
            yield [...buffered[number], ...kept.map((at) => row[at])];
          }
        }
        return;
      }
      leftRows = rest;
    }
    const matched = new Set();
    for (const row of leftRows) {
      const found = index.find(leftKey.map((at) => row[at]));
      for (const number of found) {
        matched.add(number);
        if (mode <= JOIN.FULL_OUTER) yield [...row, ...kept.map((at) => index.rows[number][at])];
      }
      const lonely = found.length === 0 && [JOIN.LEFT_OUTER, JOIN.FULL_OUTER, JOIN.LEFT_ANTI].includes(mode);
      if (lonely) yield [...row, ...kept.map(() => null)];
    }
    if (![JOIN.RIGHT_OUTER, JOIN.FULL_OUTER, JOIN.RIGHT_ANTI].includes(mode)) return;
    for (let number = 0; number < index.rows.length; number += 1) {
      if (matched.has(number)) continue;
      const row = index.rows[number];
      const own = leftNames.map((_, at) => {
        const keyAt = leftKey.indexOf(at);
        return keyAt >= 0 && shared.includes(rightKey[keyAt]) ? row[rightKey[keyAt]] : null;
      });
      yield [...own, ...kept.map((at) => row[at])];
    }
  });
}

/**
 * Which table of an inner join is looked up and which is gone through, in whose order the rows come: without a choice,
 * both are read row by row, and the one that ends first is looked up.
 *
 * @param {MTable} left
 * @param {number} rightCount
 * @param {number} algorithm
 * @returns {{ buffered: Row[] | null, rest: Iterable<Row> }} The left rows if they are looked up, or all of them still.
 */
function leftFirst(left, rightCount, algorithm) {
  if (algorithm === ALGORITHM.LEFT_HASH) return { buffered: left.toArray(), rest: [] };
  if (algorithm !== ALGORITHM.DYNAMIC && algorithm !== ALGORITHM.PAIRWISE_HASH) {
    return { buffered: null, rest: left.rows() };
  }
  const rows = left.rows()[Symbol.iterator]();
  /** @type {Row[]} */
  const read = [];
  while (read.length < rightCount) {
    const { done, value } = rows.next();
    if (done === true) return { buffered: read, rest: [] };
    read.push(value);
  }
  return {
    buffered: null,
    rest: (function* () {
      yield* read;
      for (let next = rows.next(); next.done !== true; next = rows.next()) yield next.value;
    })(),
  };
}

/**
 * @param {MTable} left
 * @param {number[]} leftKey
 * @param {MTable} right
 * @param {number[]} rightKey
 * @param {number} mode
 * @param {Value} comparers
 */
function semiJoin(left, leftKey, right, rightKey, mode, comparers) {
  const [kept, keptKey, other, otherKey] =
    mode === JOIN.LEFT_SEMI ? [left, leftKey, right, rightKey] : [right, rightKey, left, leftKey];
  const leftNames = new Set(left.columnNames);
  checkDistinct([...leftNames]);
  return tableOf(
    () => [...left.columns, ...right.columns.filter(([name]) => !leftNames.has(name))],
    function* () {
      const index = indexed(other.toArray(), otherKey, comparers);
      const all = [...left.columnNames, ...right.columnNames.filter((name) => !leftNames.has(name))];
      for (const row of kept.rows()) {
        if (index.find(keptKey.map((at) => row[at])).length === 0) continue;
        yield all.map((name) => {
          const at = kept.indexOf(name);
          return at < 0 ? null : row[at];
        });
      }
    },
  );
}

/**
 * @param {MTable} left
 * @param {Value} leftKeyNames
 * @param {Value} rightGiven A table, or a function that gives one.
 * @param {Value} rightKeyNames
 * @param {string} name
 * @param {number | null} kind
 * @param {Value} comparers
 */
function nestedJoin(left, leftKeyNames, rightGiven, rightKeyNames, name, kind, comparers) {
  const rightSlot = lazy(() => asTable(rightGiven instanceof MFunction ? plain(invoke(rightGiven, [])) : rightGiven));
  const right = () => /** @type {MTable} */ (rightSlot.force());
  const leftKey = keyOf(left, leftKeyNames);
  const mode = kind ?? JOIN.LEFT_OUTER;
  checkDistinct([...left.columnNames, name]);
  /** @returns {Columns} */
  const columns = () => [...left.columns, /** @type {[string, MType]} */ ([name, right().type])];
  return tableOf(columns, function* () {
    const indexSlot = lazy(() => indexed(right().toArray(), keyOf(right(), rightKeyNames), comparers));
    const index = () => /** @type {ReturnType<typeof indexed>} */ (indexSlot.force());
    /** @param {number[]} numbers */
    const nested = (numbers) => keptRows(right(), numbers.map((number) => index().rows[number]));
    const matched = new Set();
    for (const row of left.rows()) {
      const cells = leftKey.map((at) => row[at]);
      if (mode === JOIN.LEFT_OUTER) {
        // The other table is not read for rows whose cell nobody looks at.
        yield [...row, lazy(() => nested(index().find(cells)))];
        continue;
      }
      const found = index().find(cells);
      for (const number of found) matched.add(number);
      const some = found.length > 0;
      const shown =
        mode === JOIN.FULL_OUTER || (mode === JOIN.LEFT_ANTI && !some) ||
        ([JOIN.INNER, JOIN.RIGHT_OUTER, JOIN.LEFT_SEMI].includes(mode) && some);
      if (shown) yield [...row, nested(found)];
    }
    if (![JOIN.RIGHT_OUTER, JOIN.FULL_OUTER, JOIN.RIGHT_ANTI].includes(mode)) return;
    const rest = index().rows.map((_, number) => number).filter((number) => !matched.has(number));
    if (rest.length > 0) yield [...left.columnNames.map(() => null), nested(rest)];
  });
}

export const tableJoin = family({
  "Table.Join(table1 as table, key1 as any, table2 as table, key2 as any, optional joinKind as nullable number, optional joinAlgorithm as nullable number, optional keyEqualityComparers as nullable list) as table":
    join,

  "Table.NestedJoin(table1 as table, key1 as any, table2 as any, key2 as any, newColumnName as text, optional joinKind as nullable number, optional keyEqualityComparers as nullable list) as table":
    nestedJoin,

  "Table.AddJoinColumn(table1 as table, key1 as any, table2 as any, key2 as any, newColumnName as text) as table": (
    left,
    leftKey,
    right,
    rightKey,
    name,
  ) => nestedJoin(left, leftKey, right, rightKey, name, JOIN.LEFT_OUTER, null),
});

