import assert from "node:assert/strict";
import { test } from "node:test";
import { checkValues, errorOf, valueOf } from "./support.mjs";

test("an error is a record", async () => {
  assert.deepEqual(await errorOf('error "bad"'), { Reason: "Expression.Error", Message: "bad", Detail: null });
  assert.deepEqual(await errorOf('error Error.Record("R", "m", [a = 1])'), {
    Reason: "R",
    Message: "m",
    Detail: { a: 1 },
  });
  assert.deepEqual(await errorOf('error [Reason = "R", Message = "m", Other = 1]'), {
    Reason: "R",
    Message: "m",
    Detail: null,
  });
  const formatted = await errorOf(
    'error [Reason = "R", Message.Format = "#{0} is not #{1}", Message.Parameters = {"x", 2}]',
  );
  assert.equal(formatted.Message, "x is not 2");
  assert.deepEqual(formatted["Message.Parameters"], ["x", 2]);
});

test("try gives a record of what happened", async () => {
  assert.deepEqual(await valueOf("try 1"), { HasError: false, Value: 1 });
  const failed = await valueOf('try error "bad"');
  assert.equal(failed.HasError, true);
  assert.equal(failed.Error.Message, "bad");
  assert.equal("Value" in failed, false);
});

test("otherwise and catch", () =>
  checkValues([
    ['try error "bad" otherwise 1', 1],
    ["try 2 otherwise 1", 2],
    ['try error "bad" catch (e) => e[Message]', "bad"],
    ['try error "bad" catch () => 3', 3],
    ['try error [Reason = "R", Message = "m", Detail = [x = 1]] catch (e) => e[Detail][x]', 1],
    ['try 1 catch (e) => error "no"', 1],
    ['try (try error "in" otherwise error "out") catch (e) => e[Message]', "out"],
  ]));

test("try is shallow", async () => {
  assert.equal((await errorOf('(try [a = error "inner"] otherwise [a = 1])[a]')).Message, "inner");
  assert.equal((await errorOf('(try {error "inner"})[Value]{0}')).Message, "inner");
});

test("an error of a handler is raised", async () => {
  assert.equal((await errorOf('try error "A" otherwise error "B"')).Message, "B");
  assert.equal((await errorOf('try error "A" catch (e) => error e[Message] & "!"')).Message, "A!");
});

test("an error that was caught can be raised again as it was", async () => {
  const error = await errorOf('let r = try error [Reason = "R", Message = "m", Detail = 1] in error r[Error]');
  assert.deepEqual(error, { Reason: "R", Message: "m", Detail: 1 });
});

test("what is not implemented, and what is verbatim, is an error", async () => {
  assert.equal((await errorOf("...")).Message, "Not Implemented");
  assert.equal((await errorOf('if true then #!"what stands here" else 1')).Reason, "Expression.Error");
});

test("a table's cell keeps its error to itself; a record's field does not", async () => {
  const rows = await valueOf('#table({"a", "b"}, {{1, error "bad"}})');
  assert.equal(rows[0].a, 1);
  assert.equal(rows[0].b.$error.Message, "bad");
  assert.equal((await errorOf('[a = error "bad"]')).Message, "bad");
});

test("text that is no M is an error of its own", async () => {
  assert.equal((await errorOf("1 +")).Reason, "Expression.SyntaxError");
  assert.equal((await errorOf("let a = 1, a = 2 in a")).Reason, "Expression.SyntaxError");
  assert.equal((await errorOf('"#(zz)"')).Reason, "Expression.SyntaxError");
});
