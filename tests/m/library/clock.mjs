// Time, as the host's clock tells it.

import { MDateTime, TICKS_PER_DAY, fromUnix, invoke, lazy, raise } from "../value.mjs";
import { family } from "./signature.mjs";

/**
 * @import { Engine } from "../engine.mjs"
 */

/**
 * The clock of the local time stands at UTC: tests run the same everywhere.
 *
 * @param {Engine} engine
 */
export function clock(engine) {
  const now = () => fromUnix(engine.host.now());
  const local = () => {
    const { days, ticks } = now();
    return new MDateTime(days, ticks);
  };
  // What is fixed is fixed for the whole evaluation.
  const fixed = lazy(now);
  const fixedLocal = lazy(local);
  return family({
    "DateTimeZone.UtcNow() as datetimezone": now,
    "DateTimeZone.LocalNow() as datetimezone": now,
    "DateTimeZone.FixedUtcNow() as datetimezone": () => fixed.force(),
    "DateTimeZone.FixedLocalNow() as datetimezone": () => fixed.force(),
    "DateTime.LocalNow() as datetime": local,
    "DateTime.FixedLocalNow() as datetime": () => fixedLocal.force(),

    "Function.InvokeAfter(function as function, delay as duration) as any": (callee, delay) => {
      // A function that cannot be called without arguments is not waited for.
      if (callee.required !== 0) return invoke(callee, []);
      if (delay.days < 0) raise("Expression.Error", "The delay cannot be negative.", delay);
      engine.host.sleep((delay.days * TICKS_PER_DAY + delay.ticks) / 10_000);
      return invoke(callee, []);
    },
  });
}
