import { primitive } from "../value.mjs";
import { logicalFrom } from "./convert.mjs";
import { family } from "./signature.mjs";

export const logical = family({
  "Logical.Type": primitive("logical"),

  "Logical.From(value as any) as nullable logical": logicalFrom,

  "Logical.FromText(text as nullable text) as nullable logical": logicalFrom,

  "Logical.ToText(logicalValue as nullable logical) as nullable text": (value) => (value === null ? null : `${value}`),
});
