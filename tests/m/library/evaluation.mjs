// What reaches into the evaluation itself.

import { parseNow } from "../parse-now.mjs";
import { MError, MFunction, errorRecord, invoke, plain } from "../value.mjs";
import { family, raw } from "./signature.mjs";

/**
 * @import { Engine } from "../engine.mjs"
 * @import { Lookup } from "../scope.mjs"
 * @import { MRecord } from "../value.mjs"
 */

/** @param {Engine} engine */
export function evaluation(engine) {
  return family({
    "Expression.Evaluate(document as text, optional environment as nullable record) as any": (document, environment) =>
      evaluateText(engine, document, environment),

    "Diagnostics.Trace(traceLevel as number, message as anynonnull, value as any, optional delayed as nullable logical) as any":
      raw((level, message, value, delayed) => {
        engine.traces.push({ level: Number(plain(level)), message: plain(message), value });
        return plain(delayed) === true && value instanceof MFunction ? invoke(value, []) : value;
      }),

    "Diagnostics.ActivityId() as nullable text": () => "00000000-0000-0000-0000-000000000001",
    "Diagnostics.CorrelationId() as nullable text": () => "00000000-0000-0000-0000-000000000001",
  });
}

/**
 * The expression sees only what the environment names.
 *
 * @param {Engine} engine
 * @param {string} document
 * @param {MRecord | null} environment
 */
function evaluateText(engine, document, environment) {
  /** @type {Lookup} */
  const lookup = (name) => {
    if (name === "#shared") return () => engine.shared;
    // What the language itself makes values with is not a matter of the environment.
    const slot = environment?.slot(name) ?? (name.startsWith("#") ? engine.library.get(name) : undefined);
    return slot === undefined ? undefined : () => slot;
  };
  try {
    return engine.run(parseNow(document), lookup);
  } catch (error) {
    if (error instanceof MError && error.unsupported !== null && !engine.library.has(error.unsupported)) throw error;
    // The name exists, but not in this environment: an error that M code can handle.
    throw error instanceof MError && error.unsupported !== null
      ? new MError(errorRecord("Expression.Error", error.text))
      : error;
  }
}
