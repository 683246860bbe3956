import assert from "node:assert/strict";
import { test } from "node:test";
import { checkValues, errorOf, valueOf } from "./support.mjs";

test("variables, fields and items are evaluated when they are needed", () =>
  checkValues([
    ['let a = error "no", b = 1 in b', 1],
    ['[a = error "no", b = 1][b]', 1],
    ['{error "no", 1}{1}', 1],
    ['List.Count({error "no", 1})', 2],
    ['Record.FieldNames([a = error "no"])', ["a"]],
    ['Table.RowCount(#table({"a"}, {{error "no"}}))', 1],
    ['#table({"a", "b"}, {{error "no", 1}})[b]', [1]],
    ["let a = b, b = 1 in a", 1],
  ]));

test("arguments are evaluated before the call", async () => {
  assert.equal((await errorOf('((x) => 1)(error "no")')).Message, "no");
});

test("a variable is evaluated at most once, and so is a literal list's item", async () => {
  const traced = '(() => Diagnostics.Trace(1, "ran", 1))()';
  const count = async (/** @type {string} */ expression) => {
    const { evaluate } = await import("./evaluate.mjs");
    return (await evaluate({ documents: [expression] })).traces.length;
  };
  assert.equal(await count(`let x = ${traced} in x + x`), 1);
  assert.equal(await count(`let r = [x = ${traced}] in r[x] + r[x]`), 1);
  assert.equal(await count(`let l = {${traced}} in l{0} + l{0}`), 1);
  assert.equal(await count(`let l = {${traced}} in List.Sum(l) + List.Sum(l)`), 1);
});

test("a generated list runs anew on each enumeration, unless it is buffered", async () => {
  const { evaluate } = await import("./evaluate.mjs");
  const list = 'List.Generate(() => 0, each _ < 3, each Diagnostics.Trace(1, "ran", _ + 1))';
  const twice = (/** @type {string} */ l) => `let l = ${l} in List.Sum(l) + List.Last(l)`;
  assert.equal((await evaluate({ documents: [twice(list)] })).traces.length, 6);
  assert.equal((await evaluate({ documents: [twice(`List.Buffer(${list})`)] })).traces.length, 3);
});

test("a list is enumerated no further than needed", () =>
  checkValues([
    ["List.First(List.Generate(() => 1, each true, each _ + 1))", 1],
    ["List.FirstN(List.Generate(() => 1, each true, each _ + 1), 3)", [1, 2, 3]],
    ["List.Generate(() => 1, each true, each _ + 1){4}", 5],
    ['Table.FirstN(Table.FromList(List.Numbers(1, 1000000), Splitter.SplitByNothing(), {"n"}), 1)', [{ n: 1 }]],
  ]));

test("an error is kept, and raised again at each access", async () => {
  const { evaluate } = await import("./evaluate.mjs");
  const { traces, value } = await evaluate({
    documents: [
      'let x = Diagnostics.Trace(1, "ran", () => error "no", true), a = try x, b = try x in {a[HasError], b[HasError]}',
    ],
  });
  assert.deepEqual(value?.toValues(), [true, true]);
  assert.equal(traces.length, 1);
});

test("a name that is being defined means the outer one, unless it is written with @", () =>
  checkValues([
    ["let x = 1 in let x = x + 1 in x", 2],
    ["((x) => [x = x][x])(5)", 5],
    ["let f = (n) => if n = 0 then 1 else n * @f(n - 1) in f(5)", 120],
    ["[f = (n) => if n = 0 then 1 else n * @f(n - 1), v = f(4)][v]", 24],
  ]));

test("a cycle is an error", async () => {
  const message = "A cyclic reference was encountered during evaluation.";
  assert.equal((await errorOf("let a = b, b = a in a")).Message, message);
  assert.equal((await errorOf("let a = @a in a")).Message, message);
});

test("a long loop does not need a deep stack", () =>
  checkValues([
    ["List.Last(List.Generate(() => [n = 0, s = 0], each [n] <= 10000, each [n = [n] + 1, s = [s] + [n]]))[n]", 10_000],
    [
      "List.Last(List.Generate(() => [n = 0, s = 0, k = 1], each [n] <= 10000, each [n = [n] + 1, s = [s] + [n], k = [k]]))[[s], [k]]",
      { s: 49_995_000, k: 1 },
    ],
    ["List.Accumulate({1..10000}, 0, (s, x) => s + x)", 50_005_000],
    ["List.Count(List.Generate(() => 0, each _ < 10000, each _ + 1))", 10_000],
  ]));

test("endless recursion ends in M's own error", async () => {
  assert.match((await errorOf("let f = (n) => 1 + @f(n + 1) in f(0)")).Message, /stack overflow/);
});

test("a let in a let sees the outer names, and a record its own fields", () =>
  checkValues([
    ["let a = 1 in let b = a + 1 in let c = a + b in c", 3],
    ["let a = 1 in [b = a, c = b + 1]", { b: 1, c: 2 }],
    ["let f = (x) => (y) => x + y in f(1)(2)", 3],
    [
      "List.Transform({1, 2}, each List.Transform({10, 20}, (i) => i + _))",
      [
        [11, 21],
        [12, 22],
      ],
    ],
  ]));

test("what the query never looks at costs nothing", async () => {
  assert.equal(await valueOf("let l = {0..9}, t = try l{20} otherwise null in t ?? 1"), 1);
});
