import assert from "node:assert/strict";
import { test } from "node:test";
import { errorOf, valueOf } from "./support.mjs";
import { evaluate, toJson } from "./evaluate.mjs";

test("members see each other, whatever their order", async () => {
  const documents = ["section S; a = b + 1; b = 1; shared f = (n) => if n = 0 then a else @f(n - 1);"];
  assert.equal(await valueOf("f(3)", { documents }), 2);
});

test("several documents are one environment", async () => {
  const documents = ["section A; shared x = y + 1;", "section B; y = 1;"];
  assert.equal(await valueOf("x", { documents }), 2);
  assert.match((await errorOf("x", { documents, linked: true })).Message, /'y' wasn't recognized/);
});

test("a member of its own section comes first; two shared ones of the same name clash", async () => {
  const documents = [
    "section A; shared a = 1; shared own = a;",
    'section B; shared a = "b"; shared other = a;',
    "section C; shared c = a;",
  ];
  assert.deepEqual(await valueOf("{own, other}", { documents, linked: true }), [1, "b"]);
  assert.match((await errorOf("c", { documents, linked: true })).Message, /more than one section/);
});

test("#shared and #sections", async () => {
  const documents = ["section A; shared x = 1; y = 2;"];
  assert.deepEqual(await valueOf("#sections", { documents }), { A: { x: 1, y: 2 } });
  assert.deepEqual(
    await valueOf('{#shared[x], Record.HasFields(#shared, "y"), #shared[Logical.From]("true")}', { documents }),
    [1, false, true],
  );
});

test("a section by itself gives its only shared member, or all of them", async () => {
  const one = await evaluate({ documents: ["section A; shared x = y; y = 1;"] });
  assert.equal(toJson(one.value), 1);
  const two = await evaluate({ documents: ["section A; shared x = 1; shared z = 2; y = 3;"] });
  assert.deepEqual(toJson(two.value), { x: 1, z: 2 });
});

test("attributes are read, and are literals", async () => {
  const { engine } = await evaluate({
    documents: ['[Version = "1.2.3"] section A; [DataSource.Kind = "K", Tags = {1, [x = null]}] shared F = () => 1;'],
  });
  const section = engine.sections.get("A");
  assert.deepEqual(toJson(section?.attributes), { Version: "1.2.3" });
  assert.deepEqual(toJson(section?.members.get("F")?.attributes), { "DataSource.Kind": "K", Tags: [1, { x: null }] });
});

test("an unknown name is found in a member as soon as it is used, and only there", async () => {
  const documents = ["section A; shared bad = Nope(1); shared good = 1;"];
  assert.equal(await valueOf("good", { documents }), 1);
  assert.match((await errorOf("bad", { documents })).Message, /'Nope' wasn't recognized/);
});

test("Expression.Evaluate sees its environment only", async () => {
  assert.equal(await valueOf('Expression.Evaluate("x + 1", [x = 2])'), 3);
  assert.equal(await valueOf('Expression.Evaluate("Logical.From(1)", #shared)'), true);
  assert.equal(await valueOf('try Expression.Evaluate("Logical.From(1)") otherwise "no"'), "no");
  assert.equal(await valueOf('Expression.Evaluate("#date(2025, 1, 2)")'), "2025-01-02");
  assert.equal((await errorOf('Expression.Evaluate("1 +")')).Reason, "Expression.SyntaxError");
});
