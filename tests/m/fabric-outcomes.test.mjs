// How runs of items end, and what a query says about it.

import assert from "node:assert/strict";
import test from "node:test";

import {
  BAD,
  FORMS,
  GOOD,
  ITEM,
  LOOKUP,
  MODES,
  ROWS,
  WORKSPACE,
  errorOf,
  fabric,
  item,
  query,
  runItem,
  runsMade,
  startedBefore,
  starts,
  valueOf,
} from "./support/fabric.mjs";
import { options } from "./support/given-fabric.mjs";

for (const form of FORMS) {
  for (const mode of MODES) {
    test(`${form}, ${mode}: a run that succeeds gives its rows, and is started once`, async () => {
      const host = fabric({});
      const evaluation = await query(host, runItem(), { form, mode });
      assert.deepEqual(valueOf(evaluation), ROWS);
      assert.equal(runsMade(host).length, 1);
      assert.equal(starts(evaluation).length, 1);
    });

    test(`${form}, ${mode}: a run that fails is an error with its reason, its activities and its page`, async () => {
      const host = fabric({ runs: [BAD] });
      const { Message, Detail } = errorOf(await query(host, runItem(), { form, mode }));
      const [{ id }] = runsMade(host);
      const runs = "https://app.fabric.microsoft.com/workloads/data-pipeline/monitoring/workspaces";
      const page = `${runs}/${WORKSPACE}/pipelines/${ITEM}/${id}`;
      assert.match(Message, new RegExp(`^run ${id} failed: Load: no such file; it broke`));
      assert.ok(Message.includes(page));
      assert.equal(Detail.Code, "runFailed");
      assert.deepEqual(
        [Detail.RunId, Detail.RunPageUrl, Detail.Outcome, Detail.ServiceCode, Detail.FailureReason, Detail.Activity],
        [id, page, "failed", "JobInstanceStatusFailed", "it broke", "Load"],
      );
      assert.deepEqual(Detail.FailedActivities, [{ Activity: "Load", Message: "no such file" }]);
      assert.equal(runsMade(host).length, 1);
    });
  }

  test(`${form}: a run that ends without an end time is read again, twice at most`, async () => {
    for (const endTimeNullFor of [1, 2, 9]) {
      const host = fabric({}, { switches: { endTimeNullFor, statusCacheSeconds: 0 } });
      assert.deepEqual(valueOf(await query(host, runItem(), { form })), ROWS);
    }
  });

  test(`${form}: a young run may be missing, or look failed`, async () => {
    for (const switches of [
      { earlyNotFoundSeconds: 70 },
      { earlyNotFoundSeconds: 70, earlyNotFoundBody: "empty" },
      { phantomFailureSeconds: 70 },
      { phantomFailureSeconds: 40, phantomFailureCode: "RequestExecutionFailed" },
    ]) {
      const host = fabric({}, { switches });
      const evaluation = await query(host, runItem(), { form });
      assert.deepEqual(valueOf(evaluation), ROWS, JSON.stringify(switches));
      assert.equal(runsMade(host).length, 1);
    }
  });

  test(`${form}: a run that stays missing is told with its id`, async () => {
    const host = fabric({}, { switches: { earlyNotFoundSeconds: 100_000 } });
    const { Detail } = errorOf(await query(host, runItem(), { form }));
    assert.equal(Detail.Code, "runNotFound");
    assert.equal(Detail.RunId, runsMade(host)[0].id);
  });

  test(`${form}: states from the future count as running`, async () => {
    const host = fabric({ runs: [{ ...GOOD, runningStatus: "Hibernating" }] });
    assert.deepEqual(valueOf(await query(host, runItem(), { form })), ROWS);
  });

  test(`${form}: a run that somebody cancels is an error`, async () => {
    const host = fabric({ runs: [{ ...GOOD, end: { status: "Cancelled" } }] });
    const { Message, Detail } = errorOf(await query(host, runItem(), { form }));
    assert.match(Message, /^run [-0-9a-f]{36} was cancelled/);
    assert.deepEqual([Detail.Code, Detail.Outcome], ["runFailed", "cancelled"]);
  });

  test(`${form}: a completed run with failed activities has succeeded`, async () => {
    const activities = [...BAD.activities, LOOKUP];
    const host = fabric({ runs: [{ durationSeconds: 20, activities }] });
    assert.deepEqual(valueOf(await query(host, runItem({ TaskKey: '"Read"' }), { form })), ROWS);
  });

  for (const dedupe of ["deduped", "failedDeduped"]) {
    test(`${form}: with parameters, a ${dedupe} run is an error, for another's is not this caller's`, async () => {
      const host = fabric({ dedupe, runs: [{ ...GOOD, durationSeconds: 600 }] });
      await query(host, `StartPipeline(${item("Parameters = [a = 1]")}, ${options()})`, { form });
      const { Message, Detail } = errorOf(await query(host, runItem({}, item("Parameters = [a = 2]")), { form }));
      assert.match(Message, /^run [-0-9a-f]{36} was skipped/);
      assert.deepEqual([Detail.Code, Detail.Outcome], ["runFailed", "skipped"]);
    });
  }
}

test("without parameters, a deduped run leads to the one that is active", async () => {
  for (const dedupe of ["deduped", "failedDeduped"]) {
    const host = fabric({ dedupe, runs: [{ ...GOOD, durationSeconds: 600 }] }, { switches: { listLagSeconds: 30 } });
    // The list does not show it yet when the query looks.
    const id = startedBefore(host);
    const evaluation = await query(host, runItem());
    assert.deepEqual(valueOf(evaluation), ROWS, dedupe);
    assert.equal(starts(evaluation).length, 1);
    assert.deepEqual(
      runsMade(host)
        .map((run) => run.status)
        .sort(),
      ["Completed", dedupe === "deduped" ? "Deduped" : "Failed"],
    );
    assert.ok(evaluation.requests.some(({ path }) => path.endsWith(id)));
  }
});

test("the result says which run it is of", async () => {
  const host = fabric({});
  const evaluation = await query(host, `Value.Metadata(${runItem()})`);
  const [{ id }] = runsMade(host);
  const { RunId, RunPageUrl, IdentifiedBy } = valueOf(evaluation);
  assert.deepEqual([RunId, IdentifiedBy], [id, "answer"]);
  assert.ok(RunPageUrl.endsWith(id));
});
