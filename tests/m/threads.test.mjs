import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Threads, byChance, inOrder, inTurn } from "./hosts/worker.mjs";
import { answer } from "./support.mjs";

const threads = new Threads();
after(() => threads.close());

/** A server that counts: the answer's body is how many requests came before. */
function counter(delayMs = 0) {
  let count = 0;
  /** @type {import("./hosts/worker.mjs").Answers} */
  const answers = () => {
    count += 1;
    return { delayMs, response: answer(200, String(count)) };
  };
  return answers;
}

const TWICE = `let
    get = (n) => Text.FromBinary(Web.Contents("https://x.test", [RelativePath = n])),
    first = get("a")
in
    if first = null then null else {first, get("b")}`;

/** @param {number} count @param {Partial<import("./hosts/worker.mjs").Job>} [more] */
const jobs = (count, more = {}) => Array.from({ length: count }, () => ({ documents: [TWICE], ...more }));

test("evaluations take turns at every request", async () => {
  const { outcomes, order } = await threads.run(jobs(3), { answers: counter() });
  assert.deepEqual(order, [0, 1, 2, 0, 1, 2]);
  assert.deepEqual(
    outcomes.map(({ value }) => value),
    [
      ["1", "4"],
      ["2", "5"],
      ["3", "6"],
    ],
  );
  assert.deepEqual(
    outcomes.map(({ requests }) => requests.length),
    [2, 2, 2],
  );
});

test("the order can be given, or left to a seed", async () => {
  const given = await threads.run(jobs(3), { answers: counter(), choose: inOrder([2, 2, 0, 1, 1, 0]) });
  assert.deepEqual(given.order, [2, 2, 0, 1, 1, 0]);
  const orders = [];
  for (const seed of [1, 1, 2, 3, 4]) {
    orders.push((await threads.run(jobs(3), { answers: counter(), choose: byChance(seed) })).order.join(""));
  }
  assert.equal(orders[0], orders[1]);
  assert.notEqual(new Set(orders).size, 1);
});

test("the clock moves only when all are asleep", async () => {
  const wait = (/** @type {number} */ seconds) =>
    `let
        a = DateTimeZone.UtcNow(),
        get = () => Text.FromBinary(Web.Contents("https://x.test")),
        w = Function.InvokeAfter(get, #duration(0, 0, 0, ${seconds}))
    in
        if a = null then null else {w, DateTimeZone.UtcNow() - a}`;
  const given = [{ documents: [wait(10)] }, { documents: [wait(5)] }, { documents: [wait(5)] }];
  const { outcomes, now, order } = await threads.run(given, { answers: counter(), now: 0, choose: inTurn() });
  assert.deepEqual(order, [1, 2, 0]);
  assert.equal(now, 10_000);
  assert.deepEqual(
    outcomes.map(({ value }) => value),
    [
      ["3", "00:00:10"],
      ["1", "00:00:05"],
      ["2", "00:00:05"],
    ],
  );
});

test("a slow answer is waited for, while the others go on", async () => {
  /** @type {import("./hosts/worker.mjs").Answers} */
  const answers = (_now, _request, evaluation) => ({
    delayMs: evaluation === 0 ? 60_000 : 0,
    response: answer(200, "x"),
  });
  const { order, now } = await threads.run(jobs(2), { answers, now: 0 });
  assert.deepEqual(order, [0, 1, 1, 0]);
  assert.equal(now, 120_000);
});

test("each has its own cache, which can be handed on", async () => {
  const answers = counter();
  const same = '{Text.FromBinary(Web.Contents("https://x.test"))}';
  const first = await threads.run([{ documents: [same] }, { documents: [same] }], { answers });
  assert.deepEqual(
    first.outcomes.map(({ value }) => value),
    [["1"], ["2"]],
  );
  const [{ cache }] = first.outcomes;
  const second = await threads.run([{ documents: [same], mode: "stale", cache }, { documents: [same] }], { answers });
  assert.deepEqual(
    second.outcomes.map(({ value }) => value),
    [["1"], ["3"]],
  );
});

test("errors of M and failures of the network are outcomes", async () => {
  /** @type {import("./hosts/worker.mjs").Answers} */
  const answers = () => ({ delayMs: 0, failure: "gone" });
  const { outcomes } = await threads.run(
    [{ documents: ['error "bad"'] }, { documents: [TWICE] }, { documents: ["#table(type table [a = number], {{1}})"] }],
    { answers },
  );
  assert.equal(outcomes[0].error?.Message, "bad");
  assert.match(outcomes[1].error?.Message, /gone/);
  assert.deepEqual(outcomes[2].columns, { a: "number" });
});

test("a thread has room for deep recursion", async () => {
  const documents = ["let f = (n) => if n = 0 then 0 else 1 + @f(n - 1) in f(20000)"];
  const { outcomes } = await threads.run([{ documents }], { answers: counter() });
  assert.equal(outcomes[0].value, 20_000);
});
