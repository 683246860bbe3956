// What several families read out of their arguments.

import { MFunction, MList, MRecord, MType, compare, equals, invoke, kindOf, plain, raise, title } from "../value.mjs";
import { equalUnder } from "./comparer.mjs";

/**
 * @import { Slot, Value } from "../value/slot.mjs"
 */

/**
 * The error of an argument outside of what the function takes.
 *
 * @param {string} name
 * @param {Value} value
 * @returns {never}
 */
export function outOfRange(name, value) {
  raise("Expression.Error", `The '${name}' argument is out of range.`, value);
}

/**
 * A count or an offset: a whole number, not negative.
 *
 * @param {string} name
 * @param {number} value
 * @returns {number}
 */
export function whole(name, value) {
  if (!(value >= 0) || (Number.isFinite(value) && !Number.isInteger(value))) outOfRange(name, value);
  return value;
}

/**
 * The error of lists that are too short.
 *
 * @param {Value} detail
 * @returns {never}
 */
export function notEnough(detail) {
  raise("Expression.Error", "There weren't enough elements in the enumeration to complete the operation.", detail);
}

/**
 * @param {Value} detail
 * @returns {never}
 */
export function tooMany(detail) {
  raise("Expression.Error", "There were too many elements in the enumeration to complete the operation.", detail);
}

/**
 * A result of a condition: anything but a logical is an error, as in `if`.
 *
 * @param {Value} value
 * @returns {boolean}
 */
export function truth(value) {
  const bare = plain(value);
  if (typeof bare !== "boolean") {
    raise(
      "Expression.Error",
      `We cannot convert ${bare === null ? "the value null" : `a value of type ${title(kindOf(bare))}`} to type Logical.`,
      MRecord.from({ Value: bare }),
    );
  }
  return bare;
}

/**
 * One value or a list of them.
 *
 * @param {Slot} given
 * @returns {Value[]}
 */
export function oneOrMany(given) {
  const value = plain(given);
  return value instanceof MList ? value.toValues() : [value];
}

/**
 * One name or a list of names.
 *
 * @param {Slot} given
 * @returns {string[]}
 */
export function names(given) {
  return oneOrMany(given).map((name) => {
    if (typeof name !== "string") {
      raise(
        "Expression.Error",
        `We cannot convert ${describeBriefly(name)} to type Text.`,
        MRecord.from({ Value: name }),
      );
    }
    return name;
  });
}

/** @param {Value} value */
function describeBriefly(value) {
  return value === null || typeof value === "number" ? `the value ${value}` : `a value of type ${title(kindOf(value))}`;
}

/**
 * Pairs of a function's argument that may be one pair `{a, b}` or a list of pairs `{{a, b}, …}`.
 *
 * @param {Slot} given
 * @returns {Slot[][]}
 */
export function pairs(given) {
  const list = plain(given);
  if (!(list instanceof MList)) return [[given]];
  const items = list.toArray();
  if (items.length === 0) return [];
  return plain(items[0]) instanceof MList
    ? items.map((item) => /** @type {MList} */ (plain(item)).toArray())
    : [items];
}

/**
 * The fields of an options record; unknown ones are M's error.
 *
 * @param {Value} options
 * @param {string[]} known
 * @returns {MRecord}
 */
export function optionsOf(options, known) {
  if (options === null) return NO_OPTIONS;
  for (const name of options.names) {
    if (!known.includes(name)) {
      raise(
        "Expression.Error",
        `'${name}' isn't a valid option for this function. Valid options are: ${known.join(", ")}`,
        name,
      );
    }
  }
  return options;
}

const NO_OPTIONS = new MRecord(new Map());

/**
 * Equality by an equation criteria: a comparer, a key selector, or a list of both.
 *
 * @param {Value} criteria
 * @returns {(left: Slot, right: Slot) => boolean}
 */
export function equation(criteria) {
  if (criteria === null) return equals;
  if (criteria instanceof MFunction) {
    if (criteria.parameters.length >= 2) return (left, right) => equalUnder(criteria, left, right);
    return (left, right) => equals(invoke(criteria, [left]), invoke(criteria, [right]));
  }
  if (criteria instanceof MList) {
    const [selector, comparer] = criteria.toValues();
    const inner = equation(comparer ?? null);
    if (!(selector instanceof MFunction)) return inner;
    return (left, right) => inner(invoke(selector, [left]), invoke(selector, [right]));
  }
  raise("Expression.Error", "The equation criteria is not valid.", criteria);
}

/**
 * The key that an equation criteria compares, so that lists can be hashed; null if only the criteria itself can tell.
 *
 * @param {Value} criteria
 * @returns {((item: Slot) => Slot) | null}
 */
export function equationKey(criteria) {
  if (criteria === null) return (item) => item;
  if (criteria instanceof MFunction && criteria.required <= 1 && criteria.parameters.length === 1) {
    return (item) => invoke(criteria, [item]);
  }
  return null;
}

/**
 * A text that equal simple values share; null for values that have none.
 *
 * @param {Slot} slot
 * @returns {string | null}
 */
export function hashOf(slot) {
  const value = plain(slot);
  switch (typeof value) {
    case "string":
      return `t${value}`;
    case "number":
      return `n${Object.is(value, -0) ? 0 : value}`;
    case "boolean":
      return `l${value}`;
    case "bigint":
      return `n${Number(value)}`;
    default:
  }
  if (value === null) return "null";
  if (value instanceof MRecord) {
    const parts = value.names.sort().map((name) => [name, hashOf(value.slot(name))]);
    return parts.some(([, part]) => part === null) ? null : `r${JSON.stringify(parts)}`;
  }
  if (value instanceof MList) {
    const parts = value.toArray().map(hashOf);
    return parts.includes(null) ? null : `i${JSON.stringify(parts)}`;
  }
  if ("days" in value || "ticks" in value) {
    const at = value.utc ?? value;
    return `${kindOf(value)} ${at.days ?? 0} ${at.ticks ?? 0}`;
  }
  return null;
}

/** A set of values under an equality, which keeps the order of insertion. */
export class ValueSet {
  /** @param {Value} [criteria] */
  constructor(criteria = null) {
    this.key = equationKey(criteria);
    this.same = this.key === null ? equation(criteria) : equals;
    /** @type {Map<string | null, { key: Slot, count: number }[]>} */
    this.buckets = new Map();
  }

  /** @param {Slot} item */
  place(item) {
    const key = this.key === null ? item : this.key(item);
    const hash = this.key === null ? null : hashOf(key);
    let bucket = this.buckets.get(hash);
    if (bucket === undefined) {
      bucket = [];
      this.buckets.set(hash, bucket);
    }
    return { bucket, key, found: bucket.find((one) => this.same(one.key, key)) };
  }

  /** How often an item was added. @param {Slot} item */
  count(item) {
    return this.place(item).found?.count ?? 0;
  }

  /**
   * Counts one more; true if it is the first.
   *
   * @param {Slot} item
   */
  add(item) {
    const { bucket, key, found } = this.place(item);
    if (found === undefined) bucket.push({ key, count: 1 });
    else found.count += 1;
    return found === undefined || found.count === 1;
  }

  /**
   * Takes one away, if there is one.
   *
   * @param {Slot} item
   * @returns {boolean} Whether there was one.
   */
  take(item) {
    const { found } = this.place(item);
    if (found === undefined || found.count === 0) return false;
    found.count -= 1;
    return true;
  }
}

/**
 * Order by a comparison criteria: `Order.Ascending`, a key selector, a comparer, `{selector, order}`, or several.
 *
 * @param {Value} criteria
 * @param {(value: Value) => ((item: Slot) => Slot) | null} [named] What a text stands for: columns of a table.
 * @returns {(left: Slot, right: Slot) => number}
 */
export function ordering(criteria, named = () => null) {
  if (criteria === null) return compare;
  if (typeof criteria === "number") return criteria === 1 ? (left, right) => compare(right, left) : compare;
  const selector = named(criteria);
  if (selector !== null) return (left, right) => compare(selector(left), selector(right));
  if (criteria instanceof MFunction) {
    if (criteria.parameters.length >= 2) {
      return (left, right) => Number(plain(invoke(criteria, [left, right])));
    }
    return (left, right) => compare(invoke(criteria, [left]), invoke(criteria, [right]));
  }
  if (criteria instanceof MList) {
    const items = criteria.toValues();
    if (items.length === 2 && typeof items[1] === "number" && !(items[0] instanceof MList)) {
      const inner = ordering(items[0], named);
      return items[1] === 1 ? (left, right) => -inner(left, right) : inner;
    }
    const all = items.map((item) => ordering(item, named));
    return (left, right) => {
      for (const one of all) {
        const order = one(left, right);
        if (order !== 0) return order;
      }
      return 0;
    };
  }
  raise("Expression.Error", "The comparison criteria is not valid.", criteria);
}

/**
 * Sorts slots stably. Keys are selected once for each item where the criteria allows it.
 *
 * @template T
 * @param {T[]} items
 * @param {(left: T, right: T) => number} order
 * @returns {T[]}
 */
export function sorted(items, order) {
  return [...items].sort(order);
}

/**
 * @param {Value} value
 * @returns {value is MType}
 */
export function isTableType(value) {
  return value instanceof MType && value.kind === "table";
}
