/** The M library as documents, and what the composer gives to its members: taken from the generated extensions. */

import { readFileSync, readdirSync } from "node:fs";

const ROOT = new URL("../../../", import.meta.url);

/** @param {string} path */
function source(path) {
  return readFileSync(new URL(path, ROOT), "utf8");
}

/**
 * A file of the library.
 *
 * @param {string} path
 */
export function libraryFile(path) {
  return source(`src/connector/library/${path}`);
}

/**
 * All files of a folder of the library.
 *
 * @param {string} folder
 */
export function libraryFolder(folder) {
  const files = readdirSync(new URL(`src/connector/library/${folder}/`, ROOT)).sort();
  return files.map((file) => libraryFile(`${folder}/${file}`));
}

/**
 * A section with what the composer gives to the library, and with these members in M.
 *
 * @param {string} extension Whose generated document has it.
 * @param {string[]} names
 * @param {Record<string, string>} own
 */
export function givenSection(extension, names, own) {
  const document = source(`connector/${extension}/${extension}.pq`);
  const members = [...names, "DefaultOptions", "Hints", "HostSuffixes"].map((name) => {
    // The formatter puts members, and nothing else, at the beginning of a line.
    const found = new RegExp(`^${name} = [^]*?;\r\n(?=\r\n|\\S|$)`, "m").exec(document);
    if (found === null) throw new Error(`${extension}.pq: expected the member ${name}, found none`);
    return found[0];
  });
  const more = Object.entries(own).map(([name, value]) => `${name} = ${value};\n`);
  return `section Given;\n${members.join("")}${more.join("")}`;
}

/**
 * Options as M: the extension's own, but for these.
 *
 * @param {Record<string, string>} [changes] In M.
 */
export function options(changes = {}) {
  return `(DefaultOptions & [${Object.entries(changes).map(([name, value]) => `${name} = ${value}`).join(", ")}])`;
}

/**
 * A text as M writes it.
 *
 * @param {string} text
 */
export function textOfM(text) {
  return `"${text.replaceAll("#", "#(#)").replaceAll('"', '""').replaceAll("\n", "#(lf)").replaceAll("\r", "#(cr)")}"`;
}

/**
 * A value as M writes it.
 *
 * @param {unknown} value
 * @returns {string}
 */
export function valueOfM(value) {
  if (value === null || value === undefined) return "null";
  if (typeof value === "string") return textOfM(value);
  if (Array.isArray(value)) return `{${value.map(valueOfM).join(", ")}}`;
  if (typeof value === "object") {
    const fields = Object.entries(value).map(([name, field]) => `#${textOfM(name)} = ${valueOfM(field)}`);
    return `[${fields.join(", ")}]`;
  }
  return String(value);
}
