// Functions of any value: comparison, types, metadata, text of M.

import {
  MDuration, MFunction, MList, MRecord, MTable, MType, cannotConvert, compare, conforms, describe, equals, errorRecord,
  fromDays, fromTicks, invoke, kindOf, metaOf, numberToText, plain, raise, typeOf, withMeta, withType,
} from "../value.mjs";
import { add, divide, multiply, subtract } from "../operators.mjs";
import { names } from "./arguments.mjs";
import { conversions, subtypeFrom } from "./convert.mjs";
import { PRECISION, decimalAdd, decimalDivide, decimalMultiply, decimalSubtract } from "./decimal.mjs";
import { family, raw } from "./signature.mjs";
import { asRecord } from "./tabular.mjs";

/**
 * @import { Engine } from "../engine.mjs"
 * @import { Value } from "../value/slot.mjs"
 */

/**
 * An arithmetic function with a precision.
 *
 * @param {(left: Value, right: Value) => Value} double
 * @param {(left: Value, right: Value) => Value} decimal
 */
const arithmetic = (double, decimal) => (/** @type {Value} */ left, /** @type {Value} */ right, /** @type {Value} */ precision) =>
  (precision === PRECISION.DECIMAL ? decimal : double)(left, right);

/**
 * @param {Value} value
 * @param {MType} type
 */
function replaceType(value, type) {
  const bare = plain(value);
  if (bare !== null && kindOf(bare) !== type.kind && !["any", "anynonnull"].includes(type.kind)) {
    cannotConvert(bare, type);
  }
  if (bare === null && !type.nullable) cannotConvert(bare, type);
  if (["any", "anynonnull"].includes(type.kind)) return value;
  if (bare instanceof MTable && (type.fields === null || type.fields.size !== bare.columnNames.length)) {
    if (type.fields === null) return value;
    raise("Expression.Error", "The type has another number of columns than the table.", type);
  }
  return withType(value, type);
}

/**
 * The value that a text means, as the engine guesses it.
 *
 * @param {ReturnType<typeof conversions>} convert
 * @param {string} text
 * @param {string | null} culture
 */
function fromText(convert, text, culture) {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed === "null") return null;
  if (trimmed === "true" || trimmed === "false") return trimmed === "true";
  const attempts = [
    () => subtypeFrom(null, text, culture),
    () => convert.durationFrom(/:/.test(text) && /^\s*-?\d+\./.test(text) ? text : "no duration"),
    () => convert.dateFromText(text, culture),
    () => (/[+-]\d{1,2}:?\d{2}\s*$|Z\s*$/.test(text) ? convert.dateTimeZoneFromText(text, culture) : raise("x", "")),
    () => (/^\s*\d{1,2}:/.test(text) ? convert.timeFromText(text, culture) : convert.dateTimeFromText(text, culture)),
  ];
  for (const attempt of attempts) {
    try {
      return attempt();
    } catch (error) {
      if (error === null || typeof error !== "object" || !("record" in error)) throw error;
    }
  }
  return text;
}

/** @param {string} text */
function textLiteral(text) {
  const body = text.replace(/"|#\(|[\u0000-\u001f\u007f-\u009f]/g, (found) => {
    if (found === '"') return '""';
    if (found === "#(") return "#(#)(";
    const named = { "\n": "lf", "\r": "cr", "\t": "tab" }[found];
    return `#(${named ?? found.charCodeAt(0).toString(16).padStart(4, "0").toUpperCase()})`;
  });
  return `"${body}"`;
}

/**
 * A value as an expression of M.
 *
 * @param {Value} value
 * @returns {string}
 */
function constantText(value) {
  switch (kindOf(value)) {
    case "null":
      return "null";
    case "logical":
      return String(value);
    case "number":
      return numberConstant(value);
    case "text":
      return textLiteral(value);
    case "date":
      return `#date(${dateParts(value)})`;
    case "time":
      return `#time(${timeParts(value)})`;
    case "datetime":
      return `#datetime(${dateParts(value)}, ${timeParts(value)})`;
    case "datetimezone": {
      const { offset } = value;
      return `#datetimezone(${dateParts(value)}, ${timeParts(value)}, ${Math.trunc(offset / 60)}, ${offset % 60})`;
    }
    case "duration":
      return durationConstant(value);
    case "binary":
      return `#binary({${[...value.bytes].join(", ")}})`;
    case "type":
      return `type ${value.kind}`;
    default:
      raise("Expression.Error", `We cannot write ${describe(value)} as a constant.`, value);
  }
}

/** @param {number | bigint} value */
function numberConstant(value) {
  if (Number.isNaN(value)) return "#nan";
  if (value === Infinity) return "#infinity";
  return value === -Infinity ? "-#infinity" : numberToText(value);
}

/** @param {{ days: number }} value */
function dateParts({ days }) {
  const { year, month, day } = fromDays(days);
  return `${year}, ${month}, ${day}`;
}

/** @param {{ ticks: number }} value */
function timeParts({ ticks }) {
  const { hour, minute, second, fraction } = fromTicks(ticks);
  return `${hour}, ${minute}, ${numberToText(second + fraction / 10_000_000)}`;
}

/** @param {MDuration} value */
function durationConstant({ days, ticks }) {
  return `#duration(${days}, ${timeParts({ ticks })})`;
}

/** Words that stand for themselves only within quotes. */
const KEYWORDS = new Set([
  "and", "as", "each", "else", "error", "false", "if", "in", "is", "let", "meta", "not", "null", "or", "otherwise",
  "section", "shared", "then", "true", "try", "type",
]);

/** @param {string} name */
function identifierText(name) {
  const regular = /^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Nd}\p{Pc}\p{Mn}\p{Mc}\p{Cf}_]*(\.[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Nd}\p{Pc}\p{Mn}\p{Mc}\p{Cf}_]*)*$/u;
  return regular.test(name) && !KEYWORDS.has(name) ? name : `#${textLiteral(name)}`;
}

/**
 * A function of the given type, which is called with the list of its arguments.
 *
 * @param {MType} type
 * @param {MFunction} callee
 */
function functionFrom(type, callee) {
  const parameters = type.parameters ?? [];
  return new MFunction({
    parameters,
    returns: type.returns ?? undefined,
    call: (...args) => invoke(callee, [MList.of(args)]),
  });
}

/**
 * A function of single rows by one of tables of rows.
 *
 * @param {MType} type
 * @param {MFunction} callee
 */
function scalarVector(type, callee) {
  const parameters = type.parameters ?? [];
  return new MFunction({
    parameters,
    returns: type.returns ?? undefined,
    call: (...args) => {
      const rows = MTable.of(parameters.map(({ name, type: own }) => [name, own]), [args]);
      const results = plain(invoke(callee, [rows]));
      return results instanceof MList ? results.item(0) : results;
    },
  });
}

/** @param {Engine} engine */
export const valueFunctions = (engine) => {
  const convert = conversions(engine);
  return family({
    "Value.Equals(value1 as any, value2 as any, optional precision as nullable number) as logical": (one, other) =>
      equals(one, other),

    "Value.NullableEquals(value1 as any, value2 as any, optional precision as nullable number) as nullable logical": (
      one,
      other,
    ) => (one === null || other === null ? null : equals(one, other)),

    "Value.Compare(value1 as any, value2 as any, optional precision as nullable number) as number": (one, other) =>
      compare(one, other),

    "Value.Add(value1 as any, value2 as any, optional precision as nullable number) as any": arithmetic(add, decimalAdd),
    "Value.Subtract(value1 as any, value2 as any, optional precision as nullable number) as any": arithmetic(
      subtract,
      (one, other) => decimalSubtract(one, other, subtract),
    ),
    "Value.Multiply(value1 as any, value2 as any, optional precision as nullable number) as any": arithmetic(
      multiply,
      decimalMultiply,
    ),
    "Value.Divide(value1 as any, value2 as any, optional precision as nullable number) as any": arithmetic(
      divide,
      (one, other) => decimalDivide(one, other, divide),
    ),

    "Value.Type(value as any) as type": raw(typeOf),

    "Value.ReplaceType(value as any, type as type) as any": raw(replaceType),

    "Value.Is(value as any, type as type) as logical": conforms,

    "Value.As(value as any, type as type) as any": raw((value, type) =>
      conforms(value, type) ? value : cannotConvert(value, type)),

    "Value.Metadata(value as any) as any": raw(metaOf),

    "Value.RemoveMetadata(value as any, optional metaValue as any) as any": raw((value, removed) => {
      const kept = plain(removed);
      if (kept === null) return withMeta(value, null);
      const gone = new Set(kept instanceof MRecord ? kept.names : names(kept));
      return withMeta(value, MRecord.of([...metaOf(value).entries()].filter(([name]) => !gone.has(name))));
    }),

    "Value.ReplaceMetadata(value as any, metaValue as any) as any": raw((value, meta) => withMeta(value, asRecord(plain(meta)))),

    "Value.FromText(text as any, optional culture as nullable text) as any": (text, culture) =>
      typeof text === "string" ? fromText(convert, text, culture) : text,

    "Value.Expression(value as any) as nullable record": () => null,
    "Value.Optimize(value as any) as any": raw((value) => value),
    "Value.Firewall(key as text) as any": () => null,
    "Value.Lineage(value as any) as any": () => null,
    "Value.Traits(value as any) as any": () => null,
    "Value.VersionIdentity(value as any) as any": () => null,
    "Value.Versions(value as any) as table": () => MTable.of([], []),

    "Function.Invoke(function as function, args as list) as any": (callee, /** @type {MList} */ args) =>
      invoke(callee, args.toArray()),

    "Function.InvokeWithErrorContext(function as function, context as text) as any": (callee) => invoke(callee, []),

    "Function.From(functionType as type, function as function) as function": functionFrom,

    "Function.ScalarVector(scalarFunctionType as type, vectorFunction as function) as function": scalarVector,

    "Function.IsDataSource(function as function) as logical": raw((callee) =>
      metaOf(callee).has("DataSource.Kind") || ["Web.Contents", "Web.Headers"].includes(callee.name)),

    "Expression.Constant(value as any) as text": (value) => constantText(value),

    "Expression.Identifier(name as text) as text": identifierText,

    "Error.Record(reason as text, optional message as any, optional detail as any, optional parameters as any, optional errorCode as any) as record":
      (reason, message, detail, parameters, code) =>
        parameters === null
          ? errorRecord(reason, message, detail, { code })
          : errorRecord(reason, filledIn(message, parameters), detail, { format: message, parameters, code }),

    "Culture.Current": "en-US",
    "TimeZone.Current": "UTC",
  });
};

/**
 * `#{0}` in a message stands for a parameter.
 *
 * @param {Value} message
 * @param {MList} parameters
 */
function filledIn(message, parameters) {
  if (typeof message !== "string" || !(parameters instanceof MList)) return message;
  return message.replace(/#\{(\d+)\}/g, (_, index) => {
    const value = plain(parameters.item(Number(index)));
    return typeof value === "string" ? value : value === null ? "" : constantText(value);
  });
}
