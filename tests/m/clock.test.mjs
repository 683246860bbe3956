import assert from "node:assert/strict";
import { test } from "node:test";
import { answer, errorOf, scriptedHost, valueOf } from "./support.mjs";

test("InvokeAfter waits, then calls", async () => {
  const host = scriptedHost(answer(200));
  const seen = await valueOf(
    "let a = DateTimeZone.UtcNow(), b = Function.InvokeAfter(() => DateTimeZone.UtcNow(), #duration(0, 0, 1, 0.5)) in {a, b}",
    { host },
  );
  assert.deepEqual(seen, ["2025-01-01T00:00:00+00:00", "2025-01-01T00:01:00.5+00:00"]);
  assert.deepEqual(host.slept, [60_500]);
});

test("a wait that nobody looks at does not happen", async () => {
  const host = scriptedHost(answer(200));
  await valueOf("let pause = Function.InvokeAfter(() => null, #duration(0, 0, 1, 0)) in 1", { host });
  assert.deepEqual(host.slept, []);
});

test("the function is called anew on each evaluation of the call only", async () => {
  const host = scriptedHost(answer(200));
  await valueOf("let x = Function.InvokeAfter(() => 1, #duration(0, 0, 0, 1)) in x + x", { host });
  assert.deepEqual(host.slept, [1000]);
});

test("what is fixed stays; what is not moves on", async () => {
  for (const [name, passed] of [
    ["DateTimeZone.UtcNow", "-01:00:00"],
    ["DateTimeZone.LocalNow", "-01:00:00"],
    ["DateTime.LocalNow", "-01:00:00"],
    ["DateTimeZone.FixedUtcNow", "00:00:00"],
    ["DateTime.FixedLocalNow", "00:00:00"],
  ]) {
    assert.equal(await valueOf(`${name}() - Function.InvokeAfter(() => ${name}(), #duration(0, 1, 0, 0))`), passed);
  }
});

test("a variable that is looked at later is evaluated later", async () => {
  const seen =
    "let a = DateTimeZone.UtcNow(), b = Function.InvokeAfter(() => DateTimeZone.UtcNow(), #duration(0, 1, 0, 0)) in b - a";
  assert.equal(await valueOf(seen), "00:00:00");
});

test("wrong arguments", async () => {
  assert.equal((await errorOf("Function.InvokeAfter((x) => 1, #duration(0, 0, 0, 1))")).Reason, "Expression.Error");
  assert.equal(
    (await errorOf("Function.InvokeAfter(() => 1, 5)")).Message,
    "We cannot convert the value 5 to type Duration.",
  );
  assert.equal(
    (await errorOf("Function.InvokeAfter(() => 1, -#duration(0, 0, 0, 1))")).Message,
    "The delay cannot be negative.",
  );
});
