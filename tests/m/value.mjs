// The values of M. Everything about them is imported from here.

export { MBinary } from "./value/binary.mjs";
export { cannotApply, compare, equals } from "./value/compare.mjs";
export { MError, errorRecord, raise, unsupported } from "./value/error.mjs";
export { MFunction, cannotConvert, functionOf, invoke } from "./value/function.mjs";
export { conforms, describe, kindOf, title, typeOf } from "./value/kind.mjs";
export { MList } from "./value/list.mjs";
export { metaOf, withMeta, withType } from "./value/meta.mjs";
export { exactInteger, numberToText } from "./value/number.mjs";
export { MRecord } from "./value/record.mjs";
export { Boxed, Thunk, force, lazy, plain } from "./value/slot.mjs";
export { MTable } from "./value/table.mjs";
export {
  durationText,
  invariantText,
  isoDate,
  isoDateTime,
  isoDateTimeZone,
  isoOffset,
  isoTime,
} from "./value/text.mjs";
export {
  LAST_DAY,
  MDate,
  MDateTime,
  MDateTimeZone,
  MDuration,
  MTime,
  TICKS_PER_DAY,
  TICKS_PER_HOUR,
  TICKS_PER_MINUTE,
  TICKS_PER_SECOND,
  UNIX_DAY,
  carry,
  daysInMonth,
  fromDays,
  fromTicks,
  fromUnix,
  isLeapYear,
  toDays,
} from "./value/time.mjs";
export {
  MType,
  functionType,
  listType,
  makeNonNullable,
  makeNullable,
  namedType,
  primitive,
  recordType,
  sameType,
  tableType,
} from "./value/type.mjs";
