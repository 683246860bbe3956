/**
 * The profiles of `.databrickscfg`, which Databricks' own tools share.
 *
 * @see https://docs.databricks.com/dev-tools/auth/config-profiles
 */

import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

import { parse } from "ini";

import { reasonOf } from "../parameters.js";
import { credentialError } from "./errors.js";

/**
 * @typedef {object} Profiles
 * @property {string} file Where they were looked for.
 * @property {boolean} isThere
 * @property {ReadonlyMap<string, Readonly<Record<string, string>>>} all By name, in the order of the file.
 * @property {string} defaultName The profile that is meant where none is named.
 */

/** The section in which `databricks auth switch` notes the profile that is meant where none is named. */
const SETTINGS = "__settings__";

/** A section's heading, with a comment behind it or not. */
const HEADING = /^\s*\[([^\]]*)\]\s*(?:[#;].*)?$/u;

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {string} The path of the file, be it there or not.
 */
export function profilesFile(env) {
  const home = env.HOME || env.USERPROFILE || homedir();
  const named = (env.DATABRICKS_CONFIG_FILE ?? "").trim();
  if (named === "") {
    return path.join(home, ".databrickscfg");
  }
  return path.resolve(/^~(?=$|[\\/])/u.test(named) ? path.join(home, named.slice(1)) : named);
}

/**
 * Reads the file that the environment names, or the one in the user's home.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Profiles} Without profiles if there is no file at the usual place.
 * @throws {Error} `invalidCredentials` if a file that is named is not there, or one can't be read.
 */
export function readProfiles(env) {
  const file = profilesFile(env);
  const isNamed = (env.DATABRICKS_CONFIG_FILE ?? "").trim() !== "";
  let text;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (Reflect.get(/** @type {object} */ (error), "code") === "ENOENT" && !isNamed) {
      return { file, isThere: false, all: new Map(), defaultName: "DEFAULT" };
    }
    throw credentialError(
      "invalidCredentials",
      `${file} can't be read: ${reasonOf(error)}`,
      isNamed
        ? "correct DATABRICKS_CONFIG_FILE, which names it, or remove it"
        : "correct its permissions, or name another file in DATABRICKS_CONFIG_FILE",
    );
  }
  return parseProfiles(text, file);
}

/**
 * @param {string} text
 * @param {string} file For messages.
 * @returns {Profiles}
 * @throws {Error} `invalidCredentials` if a profile stands there twice: the tools disagree on which one counts.
 */
export function parseProfiles(text, file) {
  // What stands before the first heading is of the default profile.
  const bodies = new Map([["DEFAULT", /** @type {string[]} */ ([])]]);
  const headings = new Set();
  let body = bodies.get("DEFAULT");
  for (const line of text.replace(/^\ufeff/u, "").split(/\r\n|\r|\n/u)) {
    const heading = HEADING.exec(line)?.[1]?.trim();
    if (heading === undefined) {
      body?.push(line);
      continue;
    }
    if (headings.has(heading)) {
      throw credentialError(
        "invalidCredentials",
        `${file}: the profile [${heading}] stands there twice`,
        "remove one of them, or give it another name",
      );
    }
    headings.add(heading);
    body = bodies.get(heading) ?? [];
    bodies.set(heading, body);
  }
  const all = new Map([...bodies].map(([name, lines]) => [name, members(lines)]));
  const named = all.get(SETTINGS)?.default_profile;
  all.delete(SETTINGS);
  if (!headings.has("DEFAULT") && Object.keys(all.get("DEFAULT") ?? {}).length === 0) {
    all.delete("DEFAULT");
  }
  return { file, isThere: true, all, defaultName: named || "DEFAULT" };
}

/**
 * The members of one section. Each body is parsed by itself, since to the library a dot in a heading means nesting.
 *
 * @param {readonly string[]} lines
 * @returns {Record<string, string>}
 */
function members(lines) {
  const parsed = parse(lines.map(asLibrary).join("\n"));
  return Object.fromEntries(
    // The library takes some texts for other types.
    Object.entries(parsed).flatMap(([name, value]) =>
      ["string", "boolean", "number"].includes(typeof value) ? [[name.trim().toLowerCase(), String(value)]] : [],
    ),
  );
}

/**
 * The line as the library has to find it. To Databricks' tools `#` and `;` begin a comment only behind a blank, since
 * secrets may hold them (https://github.com/databricks/databricks-sdk-go/issues/594), and a backslash is a backslash.
 *
 * @param {string} line
 */
function asLibrary(line) {
  const at = line.indexOf("=");
  if (at < 0 || /^\s*[#;]/u.test(line)) {
    return "";
  }
  const value = line.slice(at + 1);
  if (/^\s*(["']).*\1\s*$/u.test(value)) {
    return line;
  }
  const kept = value.replace(/\s[#;].*$/u, "").replaceAll("\\", "\\\\");
  return `${line.slice(0, at)}=${kept.replace(/[#;]/gu, "\\$&")}`;
}
