// The library: all families.

import { clock } from "./clock.mjs";
import { comparer } from "./comparer.mjs";
import { enumerations } from "./enumerations.mjs";
import { evaluation } from "./evaluation.mjs";
import { extension } from "./extension.mjs";
import { intrinsic } from "./intrinsic.mjs";
import { listMake } from "./list-make.mjs";
import { listSet } from "./list-set.mjs";
import { list } from "./list.mjs";
import { logical } from "./logical.mjs";
import { record } from "./record.mjs";
import { members } from "./signature.mjs";
import { splitters } from "./splitter.mjs";
import { textSearch } from "./text-search.mjs";
import { text } from "./text.mjs";
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
const FAMILIES = [
  clock,
  comparer,
  enumerations,
  evaluation,
  extension,
  intrinsic,
  list,
  listMake,
  listSet,
  logical,
  record,
  splitters,
  text,
  textSearch,
  web,
];

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
