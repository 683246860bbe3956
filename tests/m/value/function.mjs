import { raise } from "./error.mjs";
import { MList } from "./list.mjs";
import { MRecord } from "./record.mjs";
import { Boxed, force } from "./slot.mjs";
import { conforms, describe, title } from "./kind.mjs";
import { functionType, primitive } from "./type.mjs";

/**
 * @import { MType, Parameter } from "./type.mjs"
 * @import { Slot, Value } from "./slot.mjs"
 */

/** A function. Call it by {@link invoke}. */
export class MFunction {
  /**
   * @param {object} given
   * @param {string} [given.name] For messages.
   * @param {Parameter[]} given.parameters
   * @param {MType} [given.returns] `any` if left out.
   * @param {boolean} [given.checked] Whether results are checked against `returns`.
   * @param {boolean} [given.raw] Whether `call` takes values with their boxes.
   * @param {{ node: any, scope: any, frame: any[] } | null} [given.source] What it was written as: its body, the scope
   *   of its parameters, and the frame around it.
   * @param {(...args: Value[]) => Slot} given.call Takes as many values as there are parameters: null for those left
   *   out.
   */
  constructor({ name = "", parameters, returns = primitive("any"), checked = false, raw = true, source = null, call }) {
    this.name = name;
    this.parameters = parameters;
    this.returns = returns;
    this.checked = checked;
    this.raw = raw;
    this.source = source;
    this.call = call;
    this.required = parameters.filter(({ optional }) => !optional).length;
    /** @type {MType | null} A type that was ascribed by `Value.ReplaceType`. */
    this.ascribed = null;
    /** @type {MRecord | null} */
    this.meta = null;
    /** What equals it: a function with other metadata or another type is still the same. */
    this.identity = {};
  }

  /** Its function type. @returns {MType} */
  get type() {
    this.ascribed ??= functionType(this.parameters, this.returns);
    return this.ascribed;
  }
}

/**
 * A function made by JavaScript code, for handing to M code.
 *
 * @param {string[]} names Names of its parameters.
 * @param {(...args: Value[]) => Slot} call
 * @returns {MFunction}
 */
export function functionOf(names, call) {
  const parameters = names.map((name) => ({ name, type: primitive("any"), optional: false }));
  return new MFunction({ parameters, call });
}

/**
 * Calls a function: arguments are evaluated first, their number and types are checked.
 *
 * @param {MFunction} callee
 * @param {Slot[]} args
 * @returns {Value}
 */
export function invoke(callee, args) {
  const { parameters } = callee;
  const given = args.length;
  if (given < callee.required || given > parameters.length) wrongCount(callee, args);
  const values = new Array(parameters.length);
  for (let at = 0; at < parameters.length; at += 1) {
    let value = at < given ? force(args[at]) : null;
    const { type, optional } = parameters[at];
    if (type.kind !== "any" && !(value === null && optional) && !conforms(value, type)) cannotConvert(value, type);
    if (!callee.raw) {
      if (value instanceof Boxed) value = value.value;
      if (typeof value === "bigint" && type.kind === "number" && type.name === null) value = Number(value);
    }
    values[at] = value;
  }
  const result = force(callee.call(...values));
  if (callee.checked && !conforms(result, callee.returns)) cannotConvert(result, callee.returns);
  return result;
}

/**
 * @param {MFunction} callee
 * @param {Slot[]} args
 * @returns {never}
 */
function wrongCount(callee, args) {
  const most = callee.parameters.length;
  const least = callee.required;
  const expected = least === most ? `${most}` : `between ${least} and ${most}`;
  raise(
    "Expression.Error",
    `${args.length} arguments were passed to a function which expects ${expected}.`,
    MRecord.from({ Pattern: "", Arguments: MList.of(args) }),
  );
}

/**
 * The error of a value that has not the type it should have.
 *
 * @param {Value} value
 * @param {MType} type
 * @returns {never}
 */
export function cannotConvert(value, type) {
  raise(
    "Expression.Error",
    `We cannot convert ${describe(value)} to type ${title(type.kind)}.`,
    MRecord.from({ Value: value, Type: type }),
  );
}
