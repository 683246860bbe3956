// Configuration tables: an item job in each row.

import assert from "node:assert/strict";
import test from "node:test";

import {
  BAD,
  FORMS,
  ITEM,
  LOOKUP,
  MODES,
  OTHER_ITEM,
  ROWS,
  WORKSPACE,
  fabric,
  query,
  runsMade,
  starts,
  valueOf,
} from "./support/fabric.mjs";
import { options } from "./support/given-fabric.mjs";

/** A pipeline whose rows say with which parameter it ran. */
const ECHO = {
  parameters: { day: { type: "string", defaultValue: "none" } },
  runs: [
    {
      durationSeconds: 90,
      activities: [{ name: "Echo", type: "TridentNotebook", exitValue: '[{"day":"@{pipeline().parameters.day}"}]' }],
    },
  ],
};

/**
 * `RunItems` as M.
 *
 * @param {string[]} rows
 * @param {Parameters<typeof options>[0]} [changes]
 */
function runItems(rows, changes = {}) {
  const columns = "type table [Name = text, WorkspaceId = text, ItemId = text, Parameters = any]";
  return `RunItems(#table(${columns}, {${rows.join(", ")}}), ${options(changes)})`;
}

/** @param {string} name @param {string} parameters @param {string} [itemId] */
function row(name, parameters, itemId = ITEM) {
  return `{"${name}", "${WORKSPACE}", "${itemId}", ${parameters}}`;
}

for (const form of FORMS) {
  for (const mode of MODES) {
    test(`${form}, ${mode}: rows that run one pipeline with different parameters get their own rows`, async () => {
      for (const switches of [{}, { listLagSeconds: 8 }, { listLagSeconds: 25 }]) {
        const host = fabric(ECHO, { switches });
        const rows = [row("a", '[day = "mon"]'), row("b", '[day = "tue"]'), row("c", '"{""day"": ""wed""}"')];
        const evaluation = await query(host, runItems(rows), { form, mode });
        const value = valueOf(evaluation);
        assert.deepEqual(
          value.map((/** @type {any} */ one) => [one.Name, one.Outcome, one.Output]),
          [
            ["a", "succeeded", [{ day: "mon" }]],
            ["b", "succeeded", [{ day: "tue" }]],
            ["c", "succeeded", [{ day: "wed" }]],
          ],
          JSON.stringify(switches),
        );
        const runs = runsMade(host);
        assert.equal(runs.length, 3);
        for (const one of value) {
          assert.ok(one.RunPageUrl.endsWith(one.RunId));
          assert.equal(runs.find(({ id }) => id === one.RunId).parameters.day, one.Output[0].day);
        }
      }
    });
  }

  test(`${form}: all rows are started before any is waited for, and followed in one loop`, async () => {
    const other = { ...ECHO, id: OTHER_ITEM, name: "other" };
    const host = fabric([ECHO, other]);
    const evaluation = await query(host, runItems([row("a", "null"), row("b", "null", OTHER_ITEM)]), { form });
    valueOf(evaluation);
    const polls = evaluation.requests.filter(({ method, path }) => method === "GET" && !path.endsWith("/instances"));
    const lastStart = Math.max(...starts(evaluation).map(({ at }) => at));
    assert.ok(polls.every(({ at }) => at >= lastStart));
    assert.ok(host.now() - Date.UTC(2026, 2, 1, 10) < 300_000);
  });

  test(`${form}: rows without parameters share a run`, async () => {
    const host = fabric({});
    const value = valueOf(await query(host, runItems([row("a", "null"), row("b", '""')]), { form }));
    assert.deepEqual(
      value.map((/** @type {any} */ one) => one.Output),
      [ROWS, ROWS],
    );
    assert.equal(new Set(value.map((/** @type {any} */ one) => one.RunId)).size, 1);
    assert.equal(runsMade(host).length, 1);
  });

  test(`${form}: rows that may adopt any run still don't take each other's`, async () => {
    const host = fabric(ECHO);
    const rows = [row("a", '[day = "mon"]'), row("b", '[day = "tue"]')];
    const value = valueOf(await query(host, runItems(rows, { AdoptAnyParameters: "true" }), { form }));
    assert.deepEqual(
      value.map((/** @type {any} */ one) => one.Output),
      [[{ day: "mon" }], [{ day: "tue" }]],
    );
  });

  test(`${form}: a row that fails is an error in its own cell`, async () => {
    const bad = { id: OTHER_ITEM, name: "bad", runs: [BAD] };
    const host = fabric([{ runs: [{ durationSeconds: 20, activities: [LOOKUP] }] }, bad]);
    const rows = [row("good", "null"), row("bad", "null", OTHER_ITEM), '{"none", "x", "y", null}'];
    const names = '{"Name", "Outcome", "RunId"}';
    const expression = `let all = Table.Buffer(${runItems(rows)}) in [
      Rest = Table.SelectColumns(all, ${names}),
      Good = all{0}[Output],
      Codes = List.Transform({1, 2}, (at) => (try all{at}[Output])[Error][Detail][Code])
    ]`;
    const { Rest, Good, Codes } = valueOf(await query(host, expression, { form }));
    assert.deepEqual(Good, ROWS);
    assert.deepEqual(Codes, ["runFailed", "invalidOptions"]);
    assert.deepEqual(
      Rest.map((/** @type {any} */ one) => one.Outcome),
      ["succeeded", "failed", "rejected"],
    );
    assert.equal(Rest[2].RunId, null);
  });

  test(`${form}: while the run of one row is lost, no later row of the same item is started`, async () => {
    const host = fabric(ECHO, { faults: [{ endpoint: "jobs/instances/run", nth: 1, kind: "drop" }] });
    const rows = [row("a", '[day = "mon"]'), row("b", '[day = "tue"]')];
    const codes = "List.Transform({0, 1}, (at) => (try all{at}[Output])[Error][Detail][Code])";
    const expression = `let all = Table.Buffer(${runItems(rows)}) in ${codes}`;
    const evaluation = await query(host, expression, { form });
    assert.deepEqual(valueOf(evaluation), ["startUnconfirmed", "startAmbiguous"]);
    assert.equal(starts(evaluation).length, 1);
  });

  test(`${form}: no rows are no runs`, async () => {
    const evaluation = await query(fabric({}), runItems([]), { form });
    assert.deepEqual(valueOf(evaluation), []);
    assert.deepEqual(evaluation.requests, []);
  });
}
