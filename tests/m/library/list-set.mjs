// Lists as sets, and what summarises them.

import { MDate, MDateTime, MDateTimeZone, MDuration, MList, MTime, kindOf, plain, raise } from "../value.mjs";
import { add, divide, multiply, subtract } from "../operators.mjs";
import { ValueSet, notEnough, oneOrMany, optionsOf, ordering, truth } from "./arguments.mjs";
import { PRECISION, decimalAdd, decimalMultiply } from "./decimal.mjs";
import { streamed, taken } from "./list.mjs";
import { family } from "./signature.mjs";

/**
 * @import { Slot, Value } from "../value/slot.mjs"
 */

/**
 * @param {MList} list
 * @param {Value} criteria
 */
function* distinct(list, criteria) {
  const seen = new ValueSet(criteria);
  for (const slot of list) if (seen.add(slot)) yield slot;
}

/**
 * Every item as often as it is in the list that has it most.
 *
 * @param {MList} lists
 * @param {Value} criteria
 */
function* union(lists, criteria) {
  const given = new ValueSet(criteria);
  for (const list of lists.toValues()) {
    const here = new ValueSet(criteria);
    for (const slot of list) {
      here.add(slot);
      if (here.count(slot) > given.count(slot)) {
        given.add(slot);
        yield slot;
      }
    }
  }
}

/**
 * Every item as often as it is in all of the lists.
 *
 * @param {MList} lists
 * @param {Value} criteria
 */
function* intersection(lists, criteria) {
  const [first, ...others] = lists.toValues();
  const counted = others.map((list) => {
    const set = new ValueSet(criteria);
    for (const slot of list) set.add(slot);
    return set;
  });
  if (first === undefined) return;
  for (const slot of first) {
    if (counted.every((set) => set.count(slot) > 0)) {
      for (const set of counted) set.take(slot);
      yield slot;
    }
  }
}

/**
 * @param {MList} list
 * @param {MList} removed
 * @param {Value} criteria
 * @param {boolean} once Whether an item takes away one of its equals, or all.
 */
function* without(list, removed, criteria, once) {
  const set = new ValueSet(criteria);
  for (const slot of removed) set.add(slot);
  for (const slot of list) {
    const gone = once ? set.take(slot) : set.count(slot) > 0;
    if (!gone) yield slot;
  }
}

/** @param {MList} list @param {Value} criteria */
function modes(list, criteria) {
  /** @type {{ item: Slot, count: number }[]} */
  const counts = [];
  const set = new ValueSet(criteria);
  const firsts = [];
  for (const slot of list) if (set.add(slot)) firsts.push(slot);
  for (const item of firsts) counts.push({ item, count: set.count(item) });
  const most = Math.max(0, ...counts.map(({ count }) => count));
  return counts.filter(({ count }) => count === most).map(({ item }) => item);
}

/**
 * @param {MList} list
 * @param {Value} criteria
 * @param {Value} includeNulls
 */
function candidates(list, criteria, includeNulls) {
  const items = includeNulls === true ? list.toArray() : list.toArray().filter((slot) => plain(slot) !== null);
  return { items, order: ordering(criteria) };
}

/** @param {-1 | 1} sign */
const extreme = (sign) => (/** @type {MList} */ list, /** @type {Value} */ otherwise, /** @type {Value} */ criteria, /** @type {Value} */ includeNulls) => {
  const { items, order } = candidates(list, criteria, includeNulls);
  if (items.length === 0) return otherwise;
  return items.reduce((best, item) => (order(item, best) * sign > 0 ? item : best));
};

/** @param {-1 | 1} sign */
const extremes = (sign) => (/** @type {MList} */ list, /** @type {Value} */ countOrCondition, /** @type {Value} */ criteria, /** @type {Value} */ includeNulls) =>
  streamed(function* () {
    const { items, order } = candidates(list, criteria, includeNulls);
    yield* taken(items.sort((left, right) => -sign * order(left, right)), countOrCondition);
  });

/**
 * The values that count: not null. Null if there are none.
 *
 * @param {MList} list
 * @returns {Value[] | null}
 */
function nonNull(list) {
  const values = list.toValues().filter((value) => value !== null);
  return values.length === 0 ? null : values;
}

/** @param {MList} list @param {number | null} precision */
function sum(list, precision) {
  const plus = precision === PRECISION.DECIMAL ? decimalAdd : add;
  let total = null;
  for (const value of list.values()) {
    if (value !== null) total = total === null ? plus(value, zeroOf(value)) : plus(total, value);
  }
  return total;
}

/** What adds nothing: also tells values apart that cannot be added. @param {Value} value */
const zeroOf = (value) => (value instanceof MDuration ? new MDuration(0, 0) : 0);

/** @param {Value[]} values */
function average(values) {
  const [first] = values;
  if (first instanceof MDate || first instanceof MDateTime || first instanceof MDateTimeZone || first instanceof MTime) {
    let total = new MDuration(0, 0);
    for (const value of values) total = add(total, subtract(value, first));
    return add(first, divide(total, values.length));
  }
  let total = zeroOf(first);
  for (const value of values) total = add(total, value);
  return divide(total, values.length);
}

/** Kinds whose median may lie between two values. */
const AVERAGED = new Set(["number", "date", "time", "datetime", "datetimezone", "duration"]);

/** @param {MList} list @param {Value} criteria */
function median(list, criteria) {
  const { items, order } = candidates(list, criteria, false);
  if (items.length === 0) return null;
  const values = items.sort(order).map(plain);
  const middle = (values.length - 1) >> 1;
  if (values.length % 2 === 1) return values[middle];
  const kind = kindOf(values[0]);
  const alike = AVERAGED.has(kind) && values.every((value) => kindOf(value) === kind);
  return alike ? average([values[middle], values[middle + 1]]) : values[middle];
}

/** @param {number[]} values */
const mean = (values) => values.reduce((total, value) => total + value, 0) / values.length;

/** @param {MList} list @returns {number[]} */
const numbers = (list) => /** @type {number[]} */ (nonNull(list)?.map((value) => multiply(value, 1)) ?? []);

const MODE = { EXCEL_INC: 1, EXCEL_EXC: 2, SQL_DISC: 3, SQL_CONT: 4 };

/**
 * @param {Value[]} values Sorted.
 * @param {number} percentile
 * @param {number} mode
 */
function percentileOf(values, percentile, mode) {
  if (!(percentile >= 0 && percentile <= 1)) {
    raise("Expression.Error", "The percentile must be between 0 and 1.", percentile);
  }
  const count = values.length;
  if (mode === MODE.SQL_DISC) return values[Math.max(0, Math.ceil(percentile * count) - 1)];
  const rank = mode === MODE.EXCEL_EXC ? percentile * (count + 1) - 1 : percentile * (count - 1);
  if (rank < 0 || rank > count - 1) {
    raise("Expression.Error", "The percentile is out of the range of this percentile mode.", percentile);
  }
  const below = Math.floor(rank);
  const rest = rank - below;
  if (rest === 0) return values[below];
  return add(values[below], multiply(subtract(values[below + 1], values[below]), rest));
}

/**
 * @param {MList} list
 * @param {Value} percentiles
 * @param {Value} options
 */
function percentile(list, percentiles, options) {
  const mode = optionsOf(options, ["PercentileMode"]).option("PercentileMode") ?? MODE.EXCEL_INC;
  const values = nonNull(list)?.sort(ordering(null)) ?? null;
  const results = oneOrMany(percentiles).map((one) => (values === null ? null : percentileOf(values, one, mode)));
  return percentiles instanceof MList ? MList.of(results) : results[0];
}

export const listSet = family({
  "List.Distinct(list as list, optional equationCriteria as any) as list": (list, criteria) =>
    streamed(() => distinct(list, criteria)),

  "List.IsDistinct(list as list, optional equationCriteria as any) as logical": (list, criteria) => {
    const seen = new ValueSet(criteria);
    for (const slot of list) if (!seen.add(slot)) return false;
    return true;
  },

  "List.Union(lists as list, optional equationCriteria as any) as list": (lists, criteria) =>
    streamed(() => union(lists, criteria)),

  "List.Intersect(lists as list, optional equationCriteria as any) as list": (lists, criteria) =>
    streamed(() => intersection(lists, criteria)),

  "List.Difference(list1 as list, list2 as list, optional equationCriteria as any) as list": (list, other, criteria) =>
    streamed(() => without(list, other, criteria, true)),

  "List.RemoveItems(list1 as list, list2 as list) as list": (list, other) =>
    streamed(() => without(list, other, null, false)),

  "List.RemoveMatchingItems(list1 as list, list2 as list, optional equationCriteria as any) as list": (
    list,
    other,
    criteria,
  ) => streamed(() => without(list, other, criteria, false)),

  "List.Mode(list as list, optional equationCriteria as any) as any": (list, criteria) => {
    const found = modes(list, criteria);
    return found.length === 0 ? notEnough(list) : found.at(-1);
  },

  "List.Modes(list as list, optional equationCriteria as any) as list": (list, criteria) =>
    streamed(function* () {
      yield* modes(list, criteria);
    }),

  "List.Max(list as list, optional default as any, optional comparisonCriteria as any, optional includeNulls as nullable logical) as any":
    extreme(1),

  "List.Min(list as list, optional default as any, optional comparisonCriteria as any, optional includeNulls as nullable logical) as any":
    extreme(-1),

  "List.MaxN(list as list, countOrCondition as any, optional comparisonCriteria as any, optional includeNulls as nullable logical) as list":
    extremes(1),

  "List.MinN(list as list, countOrCondition as any, optional comparisonCriteria as any, optional includeNulls as nullable logical) as list":
    extremes(-1),

  "List.Median(list as list, optional comparisonCriteria as any) as any": median,

  "List.Percentile(list as list, percentiles as any, optional options as nullable record) as any": percentile,

  "List.Sum(list as list, optional precision as nullable number) as any": sum,

  "List.Product(numbersList as list, optional precision as nullable number) as nullable number": (list, precision) => {
    const times = precision === PRECISION.DECIMAL ? decimalMultiply : multiply;
    return nonNull(list)?.reduce((total, value) => times(total, value), 1) ?? null;
  },

  "List.Average(list as list, optional precision as nullable number) as any": (list, precision) => {
    const values = nonNull(list);
    if (values === null) return null;
    if (precision !== PRECISION.DECIMAL) return average(values);
    return divide(values.reduce((total, value) => decimalAdd(total, value)), values.length);
  },

  "List.StandardDeviation(numbersList as list) as nullable number": (list) => {
    const values = numbers(list);
    if (values.length < 2) return null;
    const middle = mean(values);
    return Math.sqrt(values.reduce((total, value) => total + (value - middle) ** 2, 0) / (values.length - 1));
  },

  "List.Covariance(numberList1 as list, numberList2 as list) as nullable number": (list, other) => {
    const xs = numbers(list);
    const ys = numbers(other);
    if (xs.length !== ys.length) {
      raise("Expression.Error", "The lists must have the same number of values.");
    }
    if (xs.length === 0) return null;
    const x = mean(xs);
    const y = mean(ys);
    return xs.reduce((total, value, at) => total + (value - x) * (ys[at] - y), 0) / xs.length;
  },

  "List.AllTrue(list as list) as logical": (list) => {
    for (const value of list.values()) if (!truth(value)) return false;
    return true;
  },

  "List.AnyTrue(list as list) as logical": (list) => {
    for (const value of list.values()) if (truth(value)) return true;
    return false;
  },
});

