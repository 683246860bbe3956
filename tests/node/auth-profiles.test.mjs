/** `.databrickscfg`: what is read of it, and what is refused. */

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { PACKAGE, folder } from "./support.mjs";

const { parseProfiles, profilesFile, readProfiles } = await import(
  pathToFileURL(path.join(PACKAGE, "node", "auth", "profiles.js")).href
);

const members = (/** @type {string} */ text, name = "DEFAULT") => parseProfiles(text, "the file").all.get(name);

test("sections, names in any case, blanks, comments, a byte order mark and both line ends", () => {
  const text = [
    "\ufeff; a comment",
    "# another",
    "[DEFAULT]",
    "  Host = https://adb-1.2.azuredatabricks.net/  ",
    "token=dapi-1 ; behind a blank",
    "",
    "[my.dev-1]  # a comment, too",
    "host =",
    "client_id = id=1",
    "stray",
  ];
  for (const end of ["\n", "\r\n", "\r"]) {
    const { all } = parseProfiles(text.join(end), "the file");
    assert.deepEqual([...all.keys()], ["DEFAULT", "my.dev-1"]);
    assert.deepEqual(all.get("DEFAULT"), { host: "https://adb-1.2.azuredatabricks.net/", token: "dapi-1" });
    assert.deepEqual(all.get("my.dev-1"), { host: "", client_id: "id=1" });
  }
});

test("what a secret may hold stays in it", () => {
  for (const value of [
    "a#b",
    "a;b",
    "a\\b",
    "C:\\tokens\\new",
    "a\\;b\\\\",
    "a=b==",
    "it's",
    "~.-_+/",
    "true",
    "null-ish",
    "12345678901234567890",
  ]) {
    assert.equal(members(`token = ${value}\n`)?.token, value);
  }
  assert.equal(members('token = "a # b"')?.token, "a # b");
});

test("names that mean something to JavaScript are names", () => {
  const { all } = parseProfiles("[__proto__]\nhost = a\n[constructor]\ntoken = b\n__proto__ = c\n", "the file");
  assert.deepEqual([...all.keys()], ["__proto__", "constructor"]);
  assert.equal(all.get("constructor")?.token, "b");
  assert.equal(/** @type {any} */ ({}).token, undefined);
});

test("what stands before the first heading is the default profile's, unless there is nothing", () => {
  assert.equal(members("token = a\n[DEV]\ntoken = b")?.token, "a");
  assert.equal(members("\n[DEV]\ntoken = b"), undefined);
  assert.equal(members("token = a\n[DEFAULT]\nhost = h")?.token, "a");
});

test("a broken heading is an error: what follows would be taken for the profile before it", () => {
  for (const heading of ["[DEV] dev", "[DEV", "  [DEV]]", "[DEV]token=x", "[DEV]\u00a0x"]) {
    const text = `[PROD]\nhost = https://adb-1.2.azuredatabricks.net\ntoken = planted-1\n${heading}\ntoken = planted-2\n`;
    assert.throws(
      () => parseProfiles(text, "the file"),
      (/** @type {any} */ error) => error.code === "invalidCredentials" && !/planted/u.test(error.message),
      heading,
    );
  }
});

test("a profile that stands there twice is an error", () => {
  const twice = "[DEV]\ntoken = planted-1\n[PROD]\n[DEV]\ntoken = planted-2\n";
  assert.throws(
    () => parseProfiles(twice, "the file"),
    (/** @type {any} */ error) =>
      error.code === "invalidCredentials" && /\[DEV\]/u.test(error.message) && !/planted/u.test(error.message),
  );
});

test("the settings' section is no profile, and says which one is meant", () => {
  const { all, defaultName } = parseProfiles("[__settings__]\ndefault_profile = DEV\n[DEV]\ntoken = a\n", "the file");
  assert.deepEqual([[...all.keys()], defaultName], [["DEV"], "DEV"]);
});

test("the file is the one that the environment names, else the one in the home", (t) => {
  const home = folder(t);
  assert.equal(profilesFile({ HOME: home }), path.join(home, ".databrickscfg"));
  assert.equal(profilesFile({ HOME: home, DATABRICKS_CONFIG_FILE: "~/other.cfg" }), path.join(home, "other.cfg"));
  assert.equal(readProfiles({ HOME: home }).isThere, false);
  writeFileSync(path.join(home, "other.cfg"), "[A]\ntoken = a\n");
  assert.deepEqual([...readProfiles({ HOME: home, DATABRICKS_CONFIG_FILE: "~/other.cfg" }).all.keys()], ["A"]);
});

test("a file that is named and not there, or can't be read, is an error", (t) => {
  const home = folder(t);
  const refused = (/** @type {any} */ error) => error.code === "invalidCredentials" && error.message.includes(home);
  assert.throws(() => readProfiles({ HOME: home, DATABRICKS_CONFIG_FILE: path.join(home, "none") }), refused);
  mkdirSync(path.join(home, ".databrickscfg"));
  assert.throws(() => readProfiles({ HOME: home }), refused);
});

test("a file without the permission to read it is an error", { skip: process.getuid?.() === 0 }, (t) => {
  const home = folder(t);
  writeFileSync(path.join(home, ".databrickscfg"), "[A]\ntoken = a\n");
  chmodSync(path.join(home, ".databrickscfg"), 0);
  assert.throws(
    () => readProfiles({ HOME: home }),
    (/** @type {any} */ error) => error.code === "invalidCredentials",
  );
});
