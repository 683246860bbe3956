// Lists that come from functions, and lists of lists.

import { MDuration, MList, carry, cannotConvert, invoke, lazy, plain, primitive } from "../value.mjs";
import { add } from "../operators.mjs";
import { ordering, truth, whole } from "./arguments.mjs";
import { streamed } from "./list.mjs";
import { family } from "./signature.mjs";

/**
 * @import { Engine } from "../engine.mjs"
 * @import { MFunction } from "../value.mjs"
 * @import { Slot, Value } from "../value/slot.mjs"
 */

/**
 * @param {MFunction} initial
 * @param {MFunction} condition
 * @param {MFunction} next
 * @param {MFunction | null} selector
 */
function* generate(initial, condition, next, selector) {
  let state = invoke(initial, []);
  while (truth(invoke(condition, [state]))) {
    const one = state;
    // The selector's result is not needed for the next state.
    yield selector === null ? one : lazy(() => invoke(selector, [one]));
    state = invoke(next, [one]);
  }
}

/**
 * Adds steps to a start.
 *
 * @param {Value} start
 * @param {number} count
 * @param {Value} step
 */
function series(start, count, step) {
  whole("count", count);
  return streamed(function* () {
    let value = start;
    for (let at = 0; at < count; at += 1) {
      yield value;
      if (at + 1 < count) value = add(value, step);
    }
  });
}

/** @param {MList} lists */
function zipped(lists) {
  return streamed(function* () {
    const all = lists.toValues().map((one) => asList(one).toArray());
    const length = Math.max(0, ...all.map((one) => one.length));
    for (let at = 0; at < length; at += 1) yield MList.of(all.map((one) => (at < one.length ? one[at] : null)));
  });
}

/** @param {Value} value @returns {MList} */
function asList(value) {
  return value instanceof MList ? value : cannotConvert(value, primitive("list"));
}

/**
 * The same numbers for the same seed.
 *
 * @param {number} seed
 */
export function seededRandom(seed) {
  let state = Math.trunc(seed) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** @param {Engine} engine */
export const listMake = (engine) =>
  family({
    "List.Generate(initial as function, condition as function, next as function, optional selector as nullable function) as list":
      (initial, condition, next, selector) => streamed(() => generate(initial, condition, next, selector)),

    "List.Transform(list as list, transform as function) as list": (list, transform) =>
      streamed(function* () {
        for (const slot of list) yield lazy(() => invoke(transform, [slot]));
      }),

    "List.TransformMany(list as list, collectionTransform as function, resultTransform as function) as list": (
      list,
      collectionTransform,
      resultTransform,
    ) =>
      streamed(function* () {
        for (const slot of list) {
          for (const inner of asList(plain(invoke(collectionTransform, [slot])))) {
            yield lazy(() => invoke(resultTransform, [slot, inner]));
          }
        }
      }),

    "List.Accumulate(list as list, seed as any, accumulator as function) as any": (list, seed, accumulator) => {
      let state = seed;
      for (const slot of list) state = invoke(accumulator, [state, slot]);
      return state;
    },

    "List.Combine(lists as list) as list": (lists) =>
      streamed(function* () {
        for (const one of lists) yield* asList(plain(one));
      }),

    "List.Zip(lists as list) as list": zipped,

    "List.Split(list as list, pageSize as number) as list": (list, size) =>
      streamed(function* () {
        let page = [];
        for (const slot of list) {
          page.push(slot);
          if (page.length === size) {
            yield MList.of(page);
            page = [];
          }
        }
        if (page.length > 0) yield MList.of(page);
      }),

    "List.Sort(list as list, optional comparisonCriteria as any) as list": (list, criteria) => {
      const order = ordering(criteria);
      return streamed(function* () {
        yield* [...list.toArray()].sort(order);
      });
    },

    "List.Numbers(start as number, count as number, optional increment as nullable number) as list": (
      start,
      count,
      increment,
    ) => {
      whole("count", count);
      return streamed(function* () {
        for (let at = 0; at < count; at += 1) yield start + at * (increment ?? 1);
      });
    },

    "List.Dates(start as date, count as number, step as duration) as list": series,
    "List.DateTimes(start as datetime, count as number, step as duration) as list": series,
    "List.DateTimeZones(start as datetimezone, count as number, step as duration) as list": series,
    "List.Times(start as time, count as number, step as duration) as list": series,

    "List.Durations(start as duration, count as number, step as duration) as list": (
      /** @type {MDuration} */ start,
      count,
      /** @type {MDuration} */ step,
    ) => {
      whole("count", count);
      return streamed(function* () {
        for (let at = 0; at < count; at += 1) {
          const sum = carry(start.days + at * step.days, start.ticks + at * step.ticks);
          yield new MDuration(sum.days, sum.ticks);
        }
      });
    },

    "List.Random(count as number, optional seed as nullable number) as list": (count, seed) => {
      whole("count", count);
      return streamed(function* () {
        const random = seed === null ? () => engine.host.random() : seededRandom(seed);
        for (let at = 0; at < count; at += 1) yield random();
      });
    },

    "List.ParallelInvoke(functions as list, optional concurrency as nullable number) as list": (
      /** @type {MList} */ functions,
    ) =>
      streamed(function* () {
        for (const one of functions) yield lazy(() => invoke(/** @type {MFunction} */ (plain(one)), []));
      }),
  });

