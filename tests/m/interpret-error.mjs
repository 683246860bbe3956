// Raising and handling errors.

import { compile } from "./interpret.mjs";
import { MError, MRecord, cannotConvert, errorRecord, force, invoke, plain, primitive, raise } from "./value.mjs";

/**
 * @import { Code, Names } from "./interpret.mjs"
 * @import { Node } from "./parse.mjs"
 * @import { Value } from "./value/slot.mjs"
 */

/**
 * @param {Node} node
 * @param {Names} names
 * @returns {Code}
 */
export function raising(node, names) {
  const code = compile(node.paired, names);
  return (frame) => {
    throw new MError(toErrorRecord(code(frame)));
  };
}

/**
 * The error record that `error value` raises.
 *
 * @param {Value} value
 * @returns {MRecord}
 */
function toErrorRecord(value) {
  const bare = plain(value);
  if (bare === null || typeof bare === "string") return errorRecord("Expression.Error", value);
  if (!(bare instanceof MRecord)) cannotConvert(value, primitive("record"));
  const format = bare.option("Message.Format");
  const parameters = bare.slot("Message.Parameters") ?? null;
  const message = bare.slot("Message") ?? (format === null ? null : formatted(format, plain(parameters)));
  return errorRecord(bare.option("Reason") ?? "Expression.Error", message, bare.slot("Detail") ?? null, {
    format,
    parameters,
    code: bare.slot("ErrorCode") ?? bare.slot("Error.Code") ?? null,
  });
}

/**
 * The message of a template with `#{0}` in it.
 *
 * @param {string} format
 * @param {Value} parameters
 */
function formatted(format, parameters) {
  return format.replace(/#\{(\d+)\}/g, (_, index) => String(plain(parameters?.at(Number(index)) ?? null) ?? ""));
}

/** @returns {Code} */
export function notImplemented() {
  return () => raise("Expression.Error", "Not Implemented");
}

/**
 * @param {Node} node
 * @param {Names} names
 * @returns {Code}
 */
export function handling(node, names) {
  const code = compile(node.protectedExpression, names);
  /** @type {(value: Value) => Value} */
  let succeeded = (value) => value;
  /** @type {(error: MError, frame: any[]) => Value} */
  let failed;
  if (node.handler === undefined) {
    succeeded = (value) => MRecord.from({ HasError: false, Value: value });
    failed = (error) => MRecord.from({ HasError: true, Error: error.record });
  } else if (node.handlerKind === "Otherwise") {
    const otherwise = compile(node.handler.paired, names);
    failed = (_error, frame) => otherwise(frame);
  } else {
    const handler = compile(node.handler.paired, names);
    failed = (error, frame) => {
      const call = handler(frame);
      return invoke(call, call.parameters.length === 0 ? [] : [error.record]);
    };
  }
  return (frame) => {
    let value;
    try {
      value = force(code(frame));
    } catch (error) {
      // What the evaluator lacks is no error of the M code.
      if (!(error instanceof MError) || error.unsupported !== null) throw error;
      return failed(error, frame);
    }
    return succeeded(value);
  };
}
