// Compatibility of types.

import { MType, primitive } from "../value.mjs";

/**
 * Whether each value of the first type belongs to the second.
 *
 * @param {MType} one
 * @param {MType} other
 * @returns {boolean}
 */
export function isSubtype(one, other) {
  if (other.kind === "any") return true;
  if (one.kind === "none") return true;
  if (one.nullable && !other.nullable) return false;
  if (one.kind === "null") return other.nullable;
  if (other.kind === "anynonnull") return !one.nullable;
  if (one.kind !== other.kind) return false;
  if (other.name !== null) return one.name === other.name;
  switch (one.kind) {
    case "list":
      return isSubtype(one.item ?? primitive("any"), other.item ?? primitive("any"));
    case "record":
      return isRecordSubtype(one, other);
    case "table":
      return isTableSubtype(one, other);
    case "function":
      return isFunctionSubtype(one, other);
    default:
      return true;
  }
}

/** @param {MType} one @param {MType} other */
function isRecordSubtype(one, other) {
  if (other.fields === null) return true;
  if (one.fields === null || (one.open && !other.open)) return false;
  for (const [name, field] of one.fields) {
    const wide = other.fields.get(name);
    if (wide === undefined ? !other.open : !isSubtype(field.type, wide.type) || (field.optional && !wide.optional)) {
      return false;
    }
  }
  for (const [name, wide] of other.fields) if (!wide.optional && !one.fields.has(name)) return false;
  return true;
}

/** @param {MType} one @param {MType} other */
function isTableSubtype(one, other) {
  if (other.fields === null) return true;
  if (one.fields === null || one.fields.size !== other.fields.size) return false;
  for (const [name, field] of one.fields) {
    const wide = other.fields.get(name);
    if (wide === undefined || !isSubtype(field.type, wide.type)) return false;
  }
  return true;
}

/** @param {MType} one @param {MType} other */
function isFunctionSubtype(one, other) {
  if (other.parameters === null) return true;
  if (one.parameters === null || one.parameters.length !== other.parameters.length) return false;
  const alike = one.parameters.every((parameter, at) => {
    const wide = /** @type {any[]} */ (other.parameters)[at];
    return parameter.optional === wide.optional && isSubtype(wide.type, parameter.type);
  });
  return alike && isSubtype(one.returns ?? primitive("any"), other.returns ?? primitive("any"));
}

