/** Flags that say how a text is read as a table. */

import { usageError } from "./exit-codes.js";
import { repeatable, wordOption } from "./flags.js";
import { present } from "./present.js";

/**
 * @typedef {object} TableFlags
 * @property {"auto" | "json" | "jsonl" | "csv" | "text"} [readAs]
 * @property {import("pqrun").ReadOptions["shape"]} [shape]
 * @property {boolean} [flatten]
 * @property {string[]} [schema]
 * @property {string} [delimiter]
 * @property {boolean} [header]
 */

/** @typedef {import("pqrun").ReadOptions} ReadOptions */

/** What a text may be written in: the word of the flag, and that of the option. */
const FORMATS = Object.freeze({ auto: "auto", json: "json", jsonl: "jsonLines", csv: "csv", text: "text" });

const SHAPES = Object.freeze([
  ...["auto", "records", "arrays", "lists", "columns", "index", "split", "table", "texts", "row"],
]);

/**
 * @param {import("commander").Command} command
 */
export function addTableFlags(command) {
  return command
    .optionsGroup("Reading:")
    .addOption(wordOption("--read-as <format>", "what the text is written in (default: auto)", Object.keys(FORMATS)))
    .addOption(wordOption("--shape <shape>", "how the rows lie in JSON (default: auto)", SHAPES))
    .option("--flatten", "members of nested objects become columns, such as address.city")
    .addOption(
      repeatable(
        "--schema <name=type>",
        "a column's type: bool, int64, float64, timestamp, datetime, date, utf8 or json; these columns come first",
      ),
    )
    .option("--delimiter <character>", "what separates the fields of CSV (default: a comma)")
    .option("--header", "the first record of CSV, or the first of an array of arrays, has the names")
    .option("--no-header", "it has not")
    // Without this, `--no-header` would make `--header` the default.
    .setOptionValue("header", undefined);
}

/**
 * The options that the flags stand for; `undefined` if there are none.
 *
 * @param {TableFlags} flags
 * @returns {Omit<ReadOptions, "path"> | undefined}
 */
export function tableOptions({ readAs, shape, flatten, schema, delimiter, header }) {
  const options = present({
    format: readAs && /** @type {ReadOptions["format"]} */ (FORMATS[readAs]),
    shape,
    flatten,
    schema: schema && readSchema(schema),
    // A shell has no easy way to write one.
    delimiter: delimiter === "\\t" ? "\t" : delimiter,
    header,
  });
  return Object.keys(options).length === 0 ? undefined : /** @type {Omit<ReadOptions, "path">} */ (options);
}

/**
 * @param {string[]} given
 * @returns {NonNullable<ReadOptions["schema"]>}
 */
function readSchema(given) {
  const pairs = given.map((text) => {
    // A name may have any character.
    const at = text.lastIndexOf("=");
    if (at === -1) {
      throw usageError(`--schema ${text}: expected name=type, such as ${text || "name"}=utf8, found no "="`);
    }
    return [text.slice(0, at), text.slice(at + 1)];
  });
  const names = pairs.map(([name]) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) {
    throw usageError(`--schema names ${twice} twice: expected one type for a column`);
  }
  return Object.fromEntries(pairs);
}
