import { cannotConvert, primitive, raise } from "../value.mjs";
import { family } from "./signature.mjs";

export const logical = family({
  "Logical.Type": primitive("logical"),

  "Logical.From(value as any) as nullable logical": (value) => {
    switch (typeof value) {
      case "boolean":
        return value;
      case "number":
      case "bigint":
        return Number(value) !== 0;
      case "string":
        return fromText(value);
      default:
        return value === null ? null : cannotConvert(value, primitive("logical"));
    }
  },

  "Logical.FromText(text as nullable text) as nullable logical": (text) => (text === null ? null : fromText(text)),

  "Logical.ToText(logicalValue as nullable logical) as nullable text": (value) => (value === null ? null : `${value}`),
});

/** @param {string} text */
function fromText(text) {
  switch (text.trim().toLowerCase()) {
    case "true":
      return true;
    case "false":
      return false;
    default:
      raise("Expression.Error", "We couldn't convert to Logical.", text);
  }
}
