// Every generated document of the repository, through every check.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

import { check } from "./checks.mjs";
import { examine } from "./microsoft.mjs";
import { parse } from "./parse.mjs";
import { membersOf } from "./tree.mjs";

const ROOT = process.env.PQRUN_GENERATED ?? fileURLToPath(new URL("../../connector/", import.meta.url));

const documents = readdirSync(ROOT, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".pq"))
  .map((path) => join(ROOT, path));

/** The names that the queries of the repository are given for a user's own; see `xtask/src/connector.rs`. */
const OF_USER = ["ClientId", "ClientSecret", "DatabricksHost", "DatabricksToken", "Jobs", "TenantId"];

test("there are queries and extensions to check", () => {
  const sections = documents.filter((path) => /^(?:\/\/.*\r?\n|\r?\n|\[.*\]\r?\n)*section /.test(readFileSync(path, "utf8")));
  assert.ok(sections.length > 0 && sections.length < documents.length, documents.join(", "));
});

for (const path of documents) {
  test(path.slice(ROOT.length), async () => {
    const text = readFileSync(path, "utf8");
    const document = await parse(text);
    const isExtension = document.kind === "Section";
    const folder = dirname(path);
    const around = isExtension
      ? { form: /** @type {const} */ ("connector"), files: readdirSync(folder), strings: keysOf(join(folder, "resources.resx")) }
      : { form: /** @type {const} */ ("query") };
    assert.deepEqual(check(document, around), []);
    assert.deepEqual(await examine(text, isExtension ? [] : await known(path)), []);
  });
}

/**
 * The keys that a file of texts has.
 *
 * @param {string} path
 */
function keysOf(path) {
  return [...readFileSync(path, "utf8").matchAll(/<data name="([^"]*)"/g)].map(([, key]) => key);
}

/**
 * What an expression may use that is not in it: the user's parameters and queries, or the functions of the extension
 * that it tries.
 *
 * @param {string} path
 */
async function known(path) {
  if (basename(dirname(path)) === "query") return OF_USER;
  const [name] = basename(path).split(".query.pq");
  const extension = join(dirname(path), `${name}.pq`);
  if (extension === path || !documents.includes(extension)) return [];
  const members = membersOf(await parse(readFileSync(extension, "utf8")));
  return members.filter(({ shared }) => shared).map((member) => member.name);
}
