// The library: all families.

import { clock } from "./clock.mjs";
import { evaluation } from "./evaluation.mjs";
import { extension } from "./extension.mjs";
import { intrinsic } from "./intrinsic.mjs";
import { logical } from "./logical.mjs";
import { rowExpression } from "./row-expression.mjs";
import { members } from "./signature.mjs";
import { STANDARD } from "./standard.mjs";
import { web } from "./web.mjs";

/**
 * @import { Family } from "./signature.mjs"
 * @import { Engine } from "../engine.mjs"
 */

/**
 * Every family: either its declarations, or a function that makes them for one evaluation, where they need its engine
 * (host, clock, cache, caller's options).
 *
 * @type {(Family | ((engine: Engine) => Family))[]}
 */
const FAMILIES = [clock, evaluation, extension, intrinsic, logical, rowExpression, web, ...STANDARD];

/**
 * The library for one evaluation. Values are made when first asked for.
 *
 * @param {Engine} engine
 * @returns {Map<string, () => any>} Name to what makes the value.
 */
export function library(engine) {
  /** @type {Map<string, () => any>} */
  const all = new Map();
  for (const one of FAMILIES) {
    for (const { name, make } of members(typeof one === "function" ? one(engine) : one)) {
      if (all.has(name)) throw new TypeError(`${name} is declared twice`);
      all.set(name, make);
    }
  }
  return all;
}
