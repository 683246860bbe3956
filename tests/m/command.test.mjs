import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const COMMAND = fileURLToPath(new URL("eval.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "m-"));
after(() => rmSync(folder, { recursive: true }));

/**
 * @param {string} name
 * @param {string} text
 */
function file(name, text) {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/**
 * @param {...string} args
 * @returns {Promise<{ code: number | null, out: string, err: string }>}
 */
function run(...args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [COMMAND, ...args]);
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk) => (out += chunk));
    child.stderr.on("data", (chunk) => (err += chunk));
    child.on("close", (code) => resolve({ code, out, err }));
  });
}

test("a value is printed as JSON", async () => {
  const { code, out } = await run(
    file("a.pq", '#table({"a", "b"}, {{1, #date(2025, 1, 2)}, {9223372036854775807, null}})'),
  );
  assert.equal(code, 0);
  assert.equal(
    out,
    '[\n  {\n    "a": 1,\n    "b": "2025-01-02"\n  },\n  {\n    "a": 9223372036854775807,\n    "b": null\n  }\n]\n',
  );
});

test("an error is printed as JSON, with exit code 3", async () => {
  const { code, out } = await run(file("b.pq", 'error [Reason = "R", Message = "m", Detail = [x = 1]]'));
  assert.equal(code, 3);
  assert.deepEqual(JSON.parse(out), { Reason: "R", Message: "m", Detail: { x: 1 } });
  const broken = await run(file("c.pq", "let a ="));
  assert.equal(broken.code, 3);
  assert.equal(JSON.parse(broken.out).Reason, "Expression.SyntaxError");
});

test("--call sees a section's members, or a let's variables", async () => {
  const section = file("s.pq", "section S; shared A = (x) => x + b; b = 1; shared C = 2;");
  assert.equal((await run(section, "--call", "A(b)")).out, "2\n");
  assert.deepEqual(JSON.parse((await run(section)).out), { A: "function (x as any) as any", C: 2 });
  const query = file("q.pq", "let f = (x) => x * 2, y = 3 in f(y)");
  assert.equal((await run(query)).out, "6\n");
  assert.equal((await run(query, "--call", "f(y) + _")).out, "12\n");
});

test("wrong use is said, with exit code 2", async () => {
  assert.equal((await run()).code, 2);
  assert.equal((await run("--nope")).code, 2);
  assert.equal((await run(join(folder, "missing.pq"))).code, 2);
  assert.equal((await run(file("d.pq", "1"), "--mode", "wild")).code, 2);
  assert.equal((await run("--help")).code, 0);
});

test("--base-url, --key and the parameters of a report", async () => {
  /** @type {any[]} */
  const seen = [];
  const server = createServer((request, response) => {
    seen.push([request.method, request.url, request.headers.host, request.headers.authorization]);
    response.setHeader("Content-Type", "application/json");
    response.end('{"n": 1}');
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const base = `http://127.0.0.1:${port}`;
  try {
    const connector = file(
      "k.pq",
      `section K;
       [DataSource.Kind = "K"]
       shared K.Get = (host) => Json.Document(Web.Contents(host, [
           RelativePath = "a", Query = [q = "1"], ManualCredentials = true,
           Headers = [Authorization = "Bearer " & Extension.CurrentCredential()[Key]]
       ]))[n];
       K = [Authentication = [Key = []]];`,
    );
    const one = await run(
      connector,
      "--call",
      'K.Get("https://adb-1.test")',
      "--base-url",
      base,
      "--key",
      "t0k",
      "--requests",
    );
    assert.equal(one.out, "1\n");
    assert.equal(JSON.parse(one.err).url, "https://adb-1.test/a?q=1");
    assert.equal(one.err.includes("t0k"), false);
    const query = file(
      "p.pq",
      `let answer = Web.Contents(ServerUrl, [Headers = [Authorization = "Bearer " & ApiToken]])
       in Json.Document(answer)[n] + Number.From(More)`,
    );
    assert.equal((await run(query, "--base-url", base, "--key", "t1", "--parameter", "More=41")).out, "42\n");
    assert.deepEqual(seen, [
      ["GET", "/a?q=1", "adb-1.test", "Bearer t0k"],
      ["GET", "/", `127.0.0.1:${port}`, "Bearer t1"],
    ]);
  } finally {
    server.close();
  }
});

test("an extension has its texts and files beside it, and a credential of a kind it offers", async () => {
  file(
    "resources.resx",
    '<root><data name="Title" xml:space="preserve"><value>A &lt;b&gt; &amp; c</value></data></root>',
  );
  file("note.txt", "note");
  const text = (/** @type {string} */ kinds) =>
    `section K;
     [DataSource.Kind = "K"]
     shared K.F = () => {
         Extension.LoadString("Title"), Text.FromBinary(Extension.Contents("note.txt")), Extension.CurrentCredential()
     };
     K = [Authentication = [${kinds}]];`;
  const [title, note, key] = JSON.parse(
    (await run(file("e1.pq", text("Key = [], Aad = []")), "--call", "K.F()", "--key", "k")).out,
  );
  assert.deepEqual([title, note, key.AuthenticationKind, key.Key], ["A <b> & c", "note", "Key", "k"]);
  const aad = JSON.parse((await run(file("e2.pq", text("Aad = []")), "--call", "K.F(){2}", "--key", "k")).out);
  assert.equal(aad.access_token, "k");
  const given = await run(
    file("e3.pq", text("Aad = []")),
    "--call",
    "K.F(){2}",
    "--credential",
    '{"AuthenticationKind": "Windows"}',
  );
  assert.deepEqual(JSON.parse(given.out), { AuthenticationKind: "Windows" });
});

test("a virtual clock waits for nothing", async () => {
  const started = Date.now();
  const { out } = await run(file("w.pq", "Function.InvokeAfter(() => 1, #duration(0, 1, 0, 0))"));
  assert.equal(out, "1\n");
  assert.ok(Date.now() - started < 60_000);
});

test("deep recursion", async () => {
  const { out } = await run(file("r.pq", "let f = (n) => if n = 0 then 0 else 1 + @f(n - 1) in f(100000)"));
  assert.equal(out, "100000\n");
});

test("--example-pairs compares values, errors and types", async () => {
  const passing = [
    ["1 + 1", "2"],
    ["{1, [a = 2]}", "{1, [a = 2]}"],
    ["[a = 1, b = 2]", "[b = 2, a = 1]"],
    ['#table({"a"}, {{1}})', "Table.FromRecords({[a = 1]})"],
    ["type nullable number", "type nullable number"],
    ["[a = 1][b]", "[Expression.Error] The field 'b' of the record wasn't found."],
    ["1 / 3", "0.333333333333333"],
    ["#nan", "#nan"],
    ["Value.Type([a = 1])", "type record"],
  ];
  const failing = [
    ["1 + 1", "3"],
    ["{1, 2}", "{1}"],
    ["type number", "type text"],
    ["type record", "type [a = any]"],
    ['"1"', "1"],
    ["1", "[Expression.Error] something"],
    ["[a = 1][b]", "[Expression.Error] something else"],
    ['error "x"', "1"],
    ["#table(type table [a = text], {{null}})", "#table(type table [a = number], {{null}})"],
  ];
  const unsupported = [
    ["Nope.Nothing(1)", "1"],
    ["1", "a number of things"],
    ["1 +", "1"],
  ];
  const all = [...passing, ...failing, ...unsupported].map(([usage, output]) => ({ usage, output }));
  const { code, out } = await run("--example-pairs", file("pairs.json", JSON.stringify(all)));
  assert.equal(out.trimEnd().split("\n").at(-1), "9 passed, 9 failed, 3 unsupported");
  assert.equal(code, 0);
  const verbose = await run("--example-pairs", file("pairs.json", JSON.stringify(all.slice(0, 10))), "--verbose");
  assert.match(verbose.out, /failed 9: 1 \+ 1/);
});
