import assert from "node:assert/strict";
import { test } from "node:test";
import { checkValues, errorOf } from "./support.mjs";

const TABLE = '#table({"k", "v"}, {{1, "a"}, {2, "b"}, {2, "c"}})';

test("fields", () =>
  checkValues([
    ["[a = 1][a]", 1],
    ["[a = 1][b]?", null],
    ["[a = [b = 1]][a][b]", 1],
    ["[a = null][a]?[b]?", null],
    ["[a b = 1, if = 2][if]", 2],
    ["[a b = 1][a b]", 1],
    ['[#"a b" = 1][a b]', 1],
    ["[a = 1, b = 2, c = 3][[c], [a]]", { c: 3, a: 1 }],
    ["[a = 1][[a], [z]]?", { a: 1, z: null }],
    ["let _ = [a = 1] in [a]", 1],
    ["(each [a] + [b])([a = 1, b = 2])", 3],
    [`${TABLE}[v]`, ["a", "b", "c"]],
    [`${TABLE}[[v]]`, [{ v: "a" }, { v: "b" }, { v: "c" }]],
  ]));

test("items and rows", () =>
  checkValues([
    ["{1, 2}{1}", 2],
    ["{1, 2}{2}?", null],
    ["{1, 2}{0}?", 1],
    [`${TABLE}{1}`, { k: 2, v: "b" }],
    [`${TABLE}{[k = 1]}`, { k: 1, v: "a" }],
    [`${TABLE}{[k = 1]}[v]`, "a"],
    [`${TABLE}{[k = 2, v = "c"]}`, { k: 2, v: "c" }],
    [`${TABLE}{[k = 9]}?`, null],
    [`${TABLE}{9}?`, null],
  ]));

test("what is not there is an error that says so", async () => {
  assert.deepEqual(await errorOf("[a = 1][b]"), {
    Reason: "Expression.Error",
    Message: "The field 'b' of the record wasn't found.",
    Detail: { a: 1 },
  });
  const tooFew = "There weren't enough elements in the enumeration to complete the operation.";
  assert.equal((await errorOf("{1}{1}")).Message, tooFew);
  assert.equal((await errorOf(`${TABLE}{3}`)).Message, tooFew);
  assert.equal((await errorOf(`${TABLE}[z]`)).Message, "The column 'z' of the table wasn't found.");
  assert.equal((await errorOf(`${TABLE}{[k = 9]}`)).Message, "The key didn't match any rows in the table.");
  assert.equal((await errorOf(`${TABLE}{[k = 2]}`)).Message, "The key matched more than one row in the table.");
  assert.equal((await errorOf("(1)[a]")).Message, "We cannot apply field access to the type Number.");
  assert.equal((await errorOf('("a"){0}')).Message, "We cannot apply indexing to the type Text.");
  assert.equal((await errorOf("{1}{-1}")).Message, "The index cannot be negative.");
});

test("calls check the number and the types of arguments", async () => {
  assert.equal((await errorOf("((x, y) => 1)(1)")).Message, "1 arguments were passed to a function which expects 2.");
  assert.equal(
    (await errorOf("((x, optional y) => 1)(1, 2, 3)")).Message,
    "3 arguments were passed to a function which expects between 1 and 2.",
  );
  assert.equal((await errorOf('((x as number) => x)("a")')).Message, 'We cannot convert the value "a" to type Number.');
  assert.equal((await errorOf("((x as text) => x)(null)")).Message, "We cannot convert the value null to type Text.");
  assert.equal(
    (await errorOf("((x) as text => x)([a = 1])")).Message,
    "We cannot convert a value of type Record to type Text.",
  );
  assert.equal((await errorOf("(1)(2)")).Message, "We cannot convert the value 1 to type Function.");
  assert.equal((await errorOf("Logical.From()")).Message, "0 arguments were passed to a function which expects 1.");
  await checkValues([
    ["((x as nullable text) => x)(null)", null],
    ["((x, optional y) => y)(1)", null],
    ["((x, optional y as nullable number) => y)(1, 2)", 2],
    ["((x as any) => x)(null)", null],
    ["((f as function) => f(1))(each _ + 1)", 2],
  ]);
});

test("an unknown name is an error before anything is evaluated", async () => {
  const message = "The name 'Nope.Nothing' wasn't recognized. Make sure it's spelled correctly.";
  assert.equal((await errorOf("if true then 1 else Nope.Nothing(2)")).Message, message);
  assert.equal((await errorOf("try Nope.Nothing otherwise 1")).Message, message);
});
