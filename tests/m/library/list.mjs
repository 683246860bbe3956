// Lists: picking, changing and searching.

import { MFunction, MList, invoke, plain, raise } from "../value.mjs";
import { equation, notEnough, tooMany, truth, whole } from "./arguments.mjs";
import { family } from "./signature.mjs";

/**
 * @import { Slot, Value } from "../value/slot.mjs"
 */

/**
 * A list that is computed from others on each enumeration; one that only hands on kept slots is kept itself.
 *
 * @param {() => Iterator<Slot>} generate
 * @returns {MList}
 */
export const streamed = (generate) => MList.generated(generate);

/**
 * So many from the start, or as long as a condition holds.
 *
 * @param {Iterable<Slot>} list
 * @param {Value} countOrCondition Null is one.
 * @param {(item: Slot) => Slot} [item] What the condition is given.
 */
export function* taken(list, countOrCondition, item = (one) => one) {
  if (countOrCondition instanceof MFunction) {
    for (const slot of list) {
      if (!truth(invoke(countOrCondition, [item(slot)]))) return;
      yield slot;
    }
    return;
  }
  let left = whole("countOrCondition", countOrCondition ?? 1);
  if (left === 0) return;
  for (const slot of list) {
    yield slot;
    left -= 1;
    if (left === 0) return;
  }
}

/**
 * Without so many at the start, or without those for which a condition holds there.
 *
 * @param {Iterable<Slot>} list
 * @param {Value} countOrCondition Null is one.
 * @param {(item: Slot) => Slot} [item]
 */
export function* skipped(list, countOrCondition, item = (one) => one) {
  let left = countOrCondition instanceof MFunction ? Infinity : whole("countOrCondition", countOrCondition ?? 1);
  for (const slot of list) {
    if (left > 0 && countOrCondition instanceof MFunction && !truth(invoke(countOrCondition, [item(slot)]))) left = 0;
    if (left > 0) left -= 1;
    else yield slot;
  }
}

/**
 * How many at the end a count or condition means.
 *
 * @template T
 * @param {T[]} items
 * @param {Value} countOrCondition
 * @param {(item: T) => Slot} [item]
 */
export function countAtEnd(items, countOrCondition, item = (one) => one) {
  if (!(countOrCondition instanceof MFunction)) {
    return Math.min(whole("countOrCondition", countOrCondition ?? 1), items.length);
  }
  let count = 0;
  while (count < items.length && truth(invoke(countOrCondition, [item(items[items.length - 1 - count])]))) count += 1;
  return count;
}

/**
 * @param {MList} list
 * @param {number} offset
 * @param {number | null} count
 */
function* range(list, offset, count) {
  let at = 0;
  const end = count === null ? Infinity : offset + count;
  if (end <= offset) return;
  for (const slot of list) {
    if (at >= offset) yield slot;
    at += 1;
    if (at >= end) return;
  }
}

/**
 * @param {MList} list
 * @param {number} index
 * @param {number} count
 * @param {Iterable<Slot>} replacement
 */
function* spliced(list, index, count, replacement) {
  let at = 0;
  for (const slot of list) {
    if (at === index) yield* replacement;
    if (at < index || at >= index + count) yield slot;
    at += 1;
  }
  if (index === at) yield* replacement;
  if (index > at) raise("Expression.Error", "The 'index' argument is out of range.", index);
  if (index + count > at) raise("Expression.Error", "The 'count' argument is out of range.", count);
}

/**
 * @param {MList} list
 * @param {number} count
 * @param {number | null} repeat
 * @param {number | null} offset
 */
function* alternated(list, count, repeat, offset) {
  let at = 0;
  const start = offset ?? 0;
  for (const slot of list) {
    const inCycle = at - start;
    const kept = inCycle < 0 || (repeat === null ? inCycle >= count : inCycle % (count + repeat) >= count);
    if (kept) yield slot;
    at += 1;
  }
}

/**
 * Positions of items that are equal to one of the values.
 *
 * @param {MList} list
 * @param {Value[]} values
 * @param {number | null} occurrence
 * @param {Value} criteria
 */
function positionOf(list, values, occurrence, criteria) {
  const same = equation(criteria);
  const found = [];
  let at = 0;
  for (const slot of list) {
    if (values.some((value) => same(slot, value))) {
      if (occurrence === null || occurrence === 0) return at;
      found.push(at);
    }
    at += 1;
  }
  if (occurrence === 2) return MList.of(found);
  return found.at(-1) ?? -1;
}

/** @param {MList} list @param {Value} value @param {Value} criteria */
function contains(list, value, criteria) {
  const same = equation(criteria);
  for (const slot of list) if (same(slot, value)) return true;
  return false;
}

/**
 * @param {MList} list
 * @param {Value} otherwise
 * @param {boolean} orDefault
 */
function single(list, otherwise, orDefault) {
  let found;
  let count = 0;
  for (const slot of list) {
    count += 1;
    if (count > 1) return tooMany(list);
    found = slot;
  }
  if (count === 1) return found;
  return orDefault ? otherwise : notEnough(list);
}

/** @param {MList} list @param {Value} otherwise */
function first(list, otherwise) {
  for (const slot of list) return slot;
  return otherwise;
}

/** @param {MList} list @param {Value} otherwise */
function last(list, otherwise) {
  if (list.items !== null) return list.items.at(-1) ?? otherwise;
  let found = otherwise;
  for (const slot of list) found = slot;
  return found;
}

/**
 * `{old, new}` pairs of `List.ReplaceMatchingItems`.
 *
 * @param {MList} replacements
 * @returns {Slot[][]}
 */
function readReplacements(replacements) {
  const items = replacements.toArray();
  if (items.length > 0 && !(plain(items[0]) instanceof MList)) return [items];
  return items.map((item) => plain(item).toArray());
}

/**
 * What a list becomes as text for `List.FindText`: those of its values that hold a text.
 *
 * @param {Slot} slot
 * @param {string} wanted
 * @returns {boolean}
 */
export function holdsText(slot, wanted) {
  const value = plain(slot);
  if (typeof value === "string") return value.includes(wanted);
  if (value instanceof MList) return value.toArray().some((item) => holdsText(item, wanted));
  if (value !== null && typeof value === "object" && "fields" in value && typeof value.slots === "function") {
    return [...value.slots()].some((item) => holdsText(item, wanted));
  }
  return false;
}

export const list = family({
  "List.Count(list as list) as number": (/** @type {MList} */ list) => list.count(),

  "List.IsEmpty(list as list) as logical": (list) => list[Symbol.iterator]().next().done === true,

  "List.NonNullCount(list as list) as number": (list) => {
    let count = 0;
    for (const slot of list) if (plain(slot) !== null) count += 1;
    return count;
  },

  "List.First(list as list, optional defaultValue as any) as any": first,

  "List.Last(list as list, optional defaultValue as any) as any": last,

  "List.FirstN(list as list, countOrCondition as any) as any": (list, countOrCondition) =>
    streamed(() => taken(list, countOrCondition)),

  "List.LastN(list as list, optional countOrCondition as any) as any": (list, countOrCondition) =>
    streamed(function* () {
      const items = list.toArray();
      yield* items.slice(items.length - countAtEnd(items, countOrCondition));
    }),

  "List.Skip(list as list, optional countOrCondition as any) as list": (list, countOrCondition) =>
    streamed(() => skipped(list, countOrCondition)),

  "List.RemoveFirstN(list as list, optional countOrCondition as any) as list": (list, countOrCondition) =>
    streamed(() => skipped(list, countOrCondition)),

  "List.RemoveLastN(list as list, optional countOrCondition as any) as list": (list, countOrCondition) =>
    streamed(function* () {
      const items = list.toArray();
      yield* items.slice(0, items.length - countAtEnd(items, countOrCondition));
    }),

  "List.Range(list as list, offset as number, optional count as nullable number) as list": (list, offset, count) => {
    whole("offset", offset);
    if (count !== null) whole("count", count);
    return streamed(() => range(list, offset, count));
  },

  "List.Single(list as list) as any": (list) => single(list, null, false),

  "List.SingleOrDefault(list as list, optional default as any) as any": (list, otherwise) =>
    single(list, otherwise, true),

  "List.Alternate(list as list, count as number, optional repeatInterval as nullable number, optional offset as nullable number) as list":
    (list, count, repeat, offset) => streamed(() => alternated(list, count, repeat, offset)),

  "List.InsertRange(list as list, index as number, values as list) as list": (list, index, values) =>
    streamed(() => spliced(list, whole("index", index), 0, values)),

  "List.RemoveRange(list as list, index as number, optional count as nullable number) as list": (list, index, count) =>
    streamed(() => spliced(list, whole("index", index), whole("count", count ?? 1), [])),

  "List.ReplaceRange(list as list, index as number, count as number, replaceWith as list) as list": (
    list,
    index,
    count,
    replacement,
  ) => streamed(() => spliced(list, whole("index", index), whole("count", count), replacement)),

  "List.RemoveNulls(list as list) as list": (list) =>
    streamed(function* () {
      for (const slot of list) if (plain(slot) !== null) yield slot;
    }),

  "List.ReplaceValue(list as list, oldValue as any, newValue as any, replacer as function) as list": (
    list,
    old,
    replacement,
    replacer,
  ) =>
    streamed(function* () {
      for (const slot of list) yield invoke(replacer, [slot, old, replacement]);
    }),

  "List.ReplaceMatchingItems(list as list, replacements as list, optional equationCriteria as any) as list": (
    list,
    replacements,
    criteria,
  ) =>
    streamed(function* () {
      const same = equation(criteria);
      const all = readReplacements(replacements);
      for (const slot of list) {
        const found = all.find(([old]) => same(slot, old));
        yield found === undefined ? slot : found[1];
      }
    }),

  "List.Reverse(list as list) as list": (list) =>
    streamed(function* () {
      const items = list.toArray();
      for (let at = items.length - 1; at >= 0; at -= 1) yield items[at];
    }),

  "List.Repeat(list as list, count as number) as list": (list, count) =>
    streamed(function* () {
      for (let times = whole("count", count); times > 0; times -= 1) yield* list;
    }),

  "List.Select(list as list, selection as function) as list": (list, selection) =>
    streamed(function* () {
      for (const slot of list) if (truth(invoke(selection, [slot]))) yield slot;
    }),

  "List.Positions(list as list) as list": (list) =>
    streamed(function* () {
      let at = 0;
      for (const slot of list) {
        void slot;
        yield at;
        at += 1;
      }
    }),

  "List.PositionOf(list as list, value as any, optional occurrence as nullable number, optional equationCriteria as any) as any":
    (list, value, occurrence, criteria) => positionOf(list, [value], occurrence, criteria),

  "List.PositionOfAny(list as list, values as list, optional occurrence as nullable number, optional equationCriteria as any) as any":
    (list, values, occurrence, criteria) => positionOf(list, values.toValues(), occurrence, criteria),

  "List.Contains(list as list, value as any, optional equationCriteria as any) as logical": contains,

  "List.ContainsAll(list as list, values as list, optional equationCriteria as any) as logical": (
    list,
    values,
    criteria,
  ) => values.toValues().every((/** @type {Value} */ value) => contains(list, value, criteria)),

  "List.ContainsAny(list as list, values as list, optional equationCriteria as any) as logical": (
    list,
    values,
    criteria,
  ) => values.toValues().some((/** @type {Value} */ value) => contains(list, value, criteria)),

  "List.MatchesAll(list as list, condition as function) as logical": (list, condition) => {
    for (const slot of list) if (!truth(invoke(condition, [slot]))) return false;
    return true;
  },

  "List.MatchesAny(list as list, condition as function) as logical": (list, condition) => {
    for (const slot of list) if (truth(invoke(condition, [slot]))) return true;
    return false;
  },

  "List.FindText(list as list, text as text) as list": (list, text) =>
    streamed(function* () {
      for (const slot of list) if (holdsText(slot, text)) yield slot;
    }),

  "List.Buffer(list as list) as list": (list) => {
    // Items themselves are evaluated too: nothing is left to read again.
    const items = list.toArray();
    for (const item of items) plain(item);
    return MList.of(items);
  },

  "List.ConformToPageReader(list as list, optional options as nullable record) as list": (list) => list,
});
