// What there is: workspaces, items, runs.

import assert from "node:assert/strict";
import test from "node:test";

import {
  FORMS,
  GOOD,
  ITEM,
  OTHER_ITEM,
  WORKSPACE,
  errorOf,
  fabric,
  query,
  startedBefore,
  valueOf,
} from "./support/fabric.mjs";

for (const form of FORMS) {
  test(`${form}: all pages of workspaces and items`, async () => {
    const items = [
      {},
      { id: OTHER_ITEM, kind: "Notebook", name: "score" },
      { id: "3".repeat(8) + "-0000-4000-8000-000000000000", kind: "Report", name: "r", jobTypes: ["X"], runs: [] },
    ];
    const host = fabric(items, { switches: { catalogPageSize: 2 } });
    const workspaces = valueOf(await query(host, "ListWorkspaces()", { form }));
    assert.deepEqual(
      workspaces.map((/** @type {any} */ one) => [one.WorkspaceId, one.Name]),
      [[WORKSPACE, "Sales"]],
    );
    const evaluation = await query(host, `ListItems("${WORKSPACE}")`, { form });
    assert.deepEqual(
      valueOf(evaluation).map((/** @type {any} */ one) => [one.ItemId, one.Name, one.Kind]),
      [
        [ITEM, "orders", "DataPipeline"],
        [OTHER_ITEM, "score", "Notebook"],
        [items[2].id, "r", "Report"],
      ],
    );
    assert.equal(evaluation.requests.length, 2);
  });

  test(`${form}: the runs of an item, the newest first`, async () => {
    const host = fabric({
      runs: [GOOD],
      history: [{ ageSeconds: 600 }, { ageSeconds: 7200, invokeType: "Scheduled" }],
    });
    const id = startedBefore(host);
    const runs = valueOf(await query(host, `ListItemRuns("${WORKSPACE}", "${ITEM}")`, { form }));
    assert.equal(runs.length, 3);
    assert.deepEqual([runs[0].InstanceId, runs[0].JobType, runs[0].EndTime], [id, "Pipeline", null]);
    assert.deepEqual(
      runs.map((/** @type {any} */ one) => one.InvokeType),
      ["Manual", "Manual", "Scheduled"],
    );
  });

  test(`${form}: what is wrong is told`, async () => {
    const host = fabric({});
    assert.equal(errorOf(await query(host, 'ListItems("x")', { form })).Detail.Code, "invalidOptions");
    const unknown = 'ListItems("00000000-0000-4000-8000-000000000001")';
    assert.equal(errorOf(await query(host, unknown, { form })).Detail.Code, "notFound");
  });
}
