// The families of the standard library.

import { comparer } from "./comparer.mjs";
import { enumerations } from "./enumerations.mjs";
import { listMake } from "./list-make.mjs";
import { listSet } from "./list-set.mjs";
import { list } from "./list.mjs";
import { record } from "./record.mjs";
import { splitters } from "./splitter.mjs";
import { textSearch } from "./text-search.mjs";
import { text } from "./text.mjs";

/**
 * @import { Family } from "./signature.mjs"
 * @import { Engine } from "../engine.mjs"
 */

/** @type {(Family | ((engine: Engine) => Family))[]} */
export const STANDARD = [comparer, enumerations, list, listMake, listSet, record, splitters, text, textSearch];
