// Named constants. Each enumeration also has a type, which is that of its values.

import { MType, namedType, primitive } from "../value.mjs";

/**
 * Members by enumeration; members left to themselves are numbered from 0.
 *
 * @type {Record<string, string[] | Record<string, number | null>>}
 */
const ENUMERATIONS = {
  AccessControlKind: ["Deny", "Allow"],
  BinaryEncoding: ["Base64", "Hex"],
  BinaryOccurrence: ["Optional", "Required", "Repeating"],
  BufferMode: { Eager: 1, Delayed: 2 },
  ByteOrder: ["LittleEndian", "BigEndian"],
  Compression: { None: -1, GZip: 0, Deflate: 1, Snappy: 2, Brotli: 3, LZ4: 4, Zstandard: 5 },
  CsvStyle: ["QuoteAfterDelimiter", "QuoteAlways"],
  Day: ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
  ExtraValues: ["List", "Error", "Ignore"],
  GroupKind: ["Local", "Global"],
  JoinAlgorithm: ["Dynamic", "PairwiseHash", "SortMerge", "LeftHash", "RightHash", "LeftIndex", "RightIndex"],
  JoinKind: ["Inner", "LeftOuter", "RightOuter", "FullOuter", "LeftAnti", "RightAnti", "LeftSemi", "RightSemi"],
  JoinSide: ["Left", "Right"],
  LimitClauseKind: ["None", "Top", "LimitOffset", "Limit", "AnsiSql2008"],
  MissingField: ["Error", "Ignore", "UseNull"],
  Occurrence: { First: 0, Last: 1, All: 2, Optional: 0, Required: 1, Repeating: 2 },
  Order: ["Ascending", "Descending"],
  PercentileMode: { ExcelInc: 1, ExcelExc: 2, SqlDisc: 3, SqlCont: 4 },
  Precision: ["Double", "Decimal"],
  QuoteStyle: ["None", "Csv"],
  RankKind: ["Competition", "Dense", "Ordinal"],
  RelativePosition: ["FromStart", "FromEnd"],
  RoundingMode: ["Up", "Down", "AwayFromZero", "TowardZero", "ToEven"],
  TextEncoding: {
    Utf8: 65001, Utf16: 1200, Ascii: 20127, Unicode: 1200, BigEndianUnicode: 1201, Windows: 1252,
  },
  TraceLevel: { Critical: 1, Error: 2, Warning: 4, Information: 8, Verbose: 16 },
};

/** @type {Record<string, any>} */
const constants = {};
for (const [name, membersOf] of Object.entries(ENUMERATIONS)) {
  const entries = Array.isArray(membersOf) ? membersOf.map((member, at) => [member, at]) : Object.entries(membersOf);
  for (const [member, value] of entries) constants[`${name}.${member}`] = value;
  constants[`${name}.Type`] = namedType(`${name}.Type`, "number");
}
for (const method of ["Delete", "Get", "Head", "Patch", "Post", "Put"]) {
  constants[`WebMethod.${method}`] = method.toUpperCase();
}
constants["WebMethod.Type"] = namedType("WebMethod.Type", "text");

/** Type names that stand for a primitive type. */
const PRIMITIVES = {
  "Any.Type": "any",
  "Binary.Type": "binary",
  "Date.Type": "date",
  "DateTime.Type": "datetime",
  "DateTimeZone.Type": "datetimezone",
  "Duration.Type": "duration",
  "Function.Type": "function",
  "List.Type": "list",
  "None.Type": "none",
  "Null.Type": "null",
  "Number.Type": "number",
  "Record.Type": "record",
  "Table.Type": "table",
  "Text.Type": "text",
  "Time.Type": "time",
  "Type.Type": "type",
};
for (const [name, kind] of Object.entries(PRIMITIVES)) constants[name] = primitive(kind);

/** Subtypes of primitive types. */
const SUBTYPES = {
  "Byte.Type": "number",
  "Character.Type": "text",
  "Currency.Type": "number",
  "Decimal.Type": "number",
  "Double.Type": "number",
  "Guid.Type": "text",
  "Int16.Type": "number",
  "Int32.Type": "number",
  "Int64.Type": "number",
  "Int8.Type": "number",
  "Password.Type": "text",
  "Percentage.Type": "number",
  "Single.Type": "number",
  "Uri.Type": "text",
};
for (const [name, kind] of Object.entries(SUBTYPES)) {
  constants[name] = namedType(name, /** @type {import("../value/type.mjs").Kind} */ (kind));
}
constants["Action.Type"] = new MType("action");

export const enumerations = constants;
