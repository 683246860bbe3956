/** What `<pqrun-run>` makes of what people type and paste, and of what services tell. Its drawing is tested in Chromium. */

import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

/** The parts are in no bundle by themselves. @param {string} name @returns {Promise<any>} */
const part = (name) =>
  import(pathToFileURL(path.join(process.env.PQRUN_ROOT ?? "", "www/elements", `${name}.js`)).href);

const { understand } = await part("run/paste");
const { draftOf, emptyDraft, otherWayToWrite, settingsOf } = await part("run/settings");
const { secretValues, withoutSecrets } = await part("run/secrets");
const { ofActivities, rows } = await part("run/tasks");
const { begun, over, told } = await part("run/progress");
const { memberOf } = await part("run/words");
const { isWebAddress } = await part("base/address");
const { sentence } = await part("base/format");
const { Requests } = await part("run/requests");

const HOST = "https://adb-1111222233334444.5.azuredatabricks.net";
const WORKSPACE = "1f0c4b7e-52aa-4c0d-9b7e-0d6f3a1e8c21";
const ITEM = "7a93e1d4-0f5b-4e0a-8d3c-64b2f9c7a510";

/** What is there. @param {Record<string, unknown>} members */
const present = (members) => Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

for (const [address, job, more] of [
  [`${HOST}/?o=1111222233334444#job/880012345678901/run/412000000000101`, "880012345678901", {}],
  [`${HOST}/jobs/880012345678901/runs/412?o=1111222233334444`, "880012345678901", {}],
  [`${HOST}/jobs/9223372036854775807`, "9223372036854775807", {}],
  [`${HOST}/?o=1111222233334444#/jobs/12/tasks`, "12", {}],
  ["adb-1111222233334444.5.azuredatabricks.net/#job/7", "7", {}],
  ["https://dbc-a1b2c3d4-e5f6.cloud.databricks.com/jobs/5?o=77", "5", { host: "https://dbc-a1b2c3d4-e5f6.cloud.databricks.com" }],
  [
    "https://accounts.cloud.databricks.com/jobs/5?o=77",
    "5",
    { host: "https://accounts.cloud.databricks.com", databricksWorkspaceId: "77" },
  ],
]) {
  test(`the address of a job is understood: ${address}`, () => {
    const { settings } = understand(address);
    assert.deepEqual(present(settings), { service: "databricks", host: HOST, jobId: job, ...more });
  });
}

for (const [address, more] of [
  [`https://app.fabric.microsoft.com/groups/${WORKSPACE}/pipelines/${ITEM}?experience=fabric-developer`, {}],
  [`https://app.powerbi.com/groups/${WORKSPACE}/pipelines/${ITEM}`, {}],
  [`https://app.fabric.microsoft.com/groups/${WORKSPACE}/synapsenotebooks/${ITEM}`, { jobType: "RunNotebook" }],
  [`https://app.fabric.microsoft.com/groups/${WORKSPACE}/sparkjobdefinitions/${ITEM}`, { jobType: "sparkjob" }],
  [`https://app.fabric.microsoft.com/workloads/data-pipeline/monitoring/workspaces/${WORKSPACE}/pipelines/${ITEM}/${ITEM}`, {}],
  [`https://api.fabric.microsoft.com/v1/workspaces/${WORKSPACE}/items/${ITEM}/jobs/instances?jobType=Execute`, { jobType: "Execute" }],
]) {
  test(`the address of an item is understood: ${address}`, () => {
    const { settings } = understand(address);
    assert.deepEqual(present(settings), { service: "fabric", workspaceId: WORKSPACE, itemId: ITEM, ...more });
  });
}

test("what is no address and no settings is refused with what is expected", () => {
  for (const text of ["", "hello", "two words.example.com", "{", "[]", "12", `https://app.fabric.microsoft.com/home`]) {
    assert.match(understand(text).problem, /Expected/u, text);
  }
  assert.match(understand("https://app.fabric.microsoft.com/groups/me/list").problem, /My workspace/u);
  assert.match(understand('{"jobId": 9223372036854775807}').problem, /jobId: put the id in quotes/u);
  assert.match(understand('{"jobId": 1, "jobParameters": []}').problem, /jobParameters: expected a JSON object/u);
  assert.match(understand('{"service": "airflow"}').problem, /"databricks" or "fabric"/u);
});

test("pasted settings may have the service's own spelling, and no credential gets in with them", () => {
  const { settings, said } = understand(
    JSON.stringify({ host: HOST, job_id: 12, job_parameters: { day: "1" }, token: "dapi-0123", fetch: 1 }),
  );
  assert.deepEqual(settings, { service: "databricks", host: HOST, jobId: 12, jobParameters: { day: "1" } });
  assert.match(said, /Left out: token, fetch\./u);
  assert.ok(!said.includes("dapi-0123"));
});

test("only options of a run are taken: whatever else is pasted is named, and its value is nowhere", () => {
  const pasted = { host: HOST, jobId: "1", access_token: "dapi-1", clientSecret: "hush", pollInterval: 500, workspaceId: undefined };
  const found = understand(JSON.stringify(pasted));
  assert.deepEqual(found.settings, { service: "databricks", host: HOST, jobId: "1", pollInterval: 500 });
  assert.match(found.said, /Left out: access_token, clientSecret\./u);
  assert.ok(!/dapi-1|hush/u.test(JSON.stringify([found, draftOf(found.settings)])));
  // An option of the other service is none of this one.
  const fabric = understand(JSON.stringify({ workspaceId: WORKSPACE, itemId: ITEM, queue: true }));
  assert.match(fabric.said, /Left out: queue\./u);
});

test("an option that there is not is refused by its name, without its value", () => {
  const { settings, problems } = settingsOf({ ...emptyDraft(), host: HOST, job: "1", others: '{"clientSecret": "hush"}' });
  assert.match(problems.others, /clientSecret is no option of a Databricks run/u);
  assert.ok(!JSON.stringify([settings, problems]).includes("hush"));
});

for (const settings of [
  { service: "databricks", host: HOST, jobId: "12" },
  { service: "databricks", host: HOST, jobName: "orders daily" },
  { service: "databricks", host: HOST, jobName: "2026" },
  { service: "databricks", host: HOST, jobName: '"quoted"' },
  { service: "databricks", host: HOST, jobId: "12", jobParameters: { day: "2026-03-01", n: "1" }, secretParameters: ["n"] },
  {
    service: "databricks",
    host: HOST,
    jobId: "12",
    notebookParams: { key: "hush" },
    secretParameters: ["key"],
    pollInterval: 500,
    queue: false,
  },
  { service: "databricks", host: HOST, jobId: "12", reuse: { maxAge: "15m" }, timeout: "1h30m", onTimeout: "cancel" },
  { service: "databricks", host: HOST, jobId: "12", outputPath: "$.rows", followPath: true, combineTables: true },
  {
    service: "fabric",
    workspaceId: WORKSPACE,
    itemId: ITEM,
    jobType: "RunNotebook",
    parameters: { text: "007", number: 2.5, flag: false, nothing: null, list: [1, { a: "b" }] },
  },
  { service: "fabric", host: "https://abc.api.fabric.microsoft.com", workspaceId: WORKSPACE, itemId: ITEM, reuse: {} },
]) {
  test(`the form gives back the settings that it was given: ${JSON.stringify(settings)}`, () => {
    assert.deepEqual(settingsOf(draftOf(settings)), { settings, problems: {} });
    const stored = JSON.parse(JSON.stringify(settingsOf(draftOf(settings)).settings));
    assert.deepEqual(settingsOf(draftOf(stored)).settings, settings);
  });
}

test("a field that is wrong is named, with what is expected", () => {
  const wrong = { ...emptyDraft(), host: "ftp://example.com", job: '""', timeout: "20", others: "[1]", reuse: true, reuseMaxAge: "soon" };
  const { problems } = settingsOf(wrong);
  assert.deepEqual(Object.keys(problems).sort(), ["host", "job", "others", "reuseMaxAge", "timeout"]);
  const fabric = { ...emptyDraft(), service: "fabric", workspaceId: "sales", fabricHost: "http://example.com" };
  assert.deepEqual(Object.keys(settingsOf(fabric).problems).sort(), ["fabricHost", "itemId", "workspaceId"]);
  assert.match(settingsOf({ ...wrong, others: '{"host": "x"}' }).problems.others, /field of its own/u);
  assert.match(settingsOf({ ...wrong, others: '{"token": "x"}' }).problems.others, /the page gives it/u);
});

test("an address from the address bar is taken for its host", () => {
  const read = (/** @type {string} */ host) => settingsOf({ ...emptyDraft(), host, job: "1" }).settings.host;
  assert.equal(read(`${HOST}/?o=1#job/list`), HOST);
  assert.equal(read("adb-1.5.azuredatabricks.net"), "https://adb-1.5.azuredatabricks.net");
  assert.equal(read("http://127.0.0.1:8017/"), "http://127.0.0.1:8017");
});

test("values of parameters are read by their type, or refused at their row", () => {
  const row = (/** @type {string} */ type, /** @type {string} */ value) => {
    const draft = draftOf({ service: "fabric", workspaceId: WORKSPACE, itemId: ITEM, parameters: { p: 0 } });
    draft.parameters[0] = { ...draft.parameters[0], type, value };
    const { settings, problems } = settingsOf(draft);
    return Object.values(problems)[0] ?? settings.parameters.p;
  };
  assert.equal(row("text", "007"), "007");
  assert.equal(row("number", " -2.5e3 "), -2500);
  assert.equal(row("boolean", "TRUE"), true);
  assert.deepEqual(row("json", '{"a": null}'), { a: null });
  assert.match(row("number", "1,5"), /Expected a number/u);
  assert.match(row("number", "0x10"), /Expected a number/u);
  assert.match(row("number", "9007199254740993"), /lose digits/u);
  assert.match(row("boolean", "yes"), /true or false/u);
  assert.match(row("json", "{a: 1}"), /Expected JSON/u);
});

test("rows that are no parameters: nameless, twice, secret without a value", () => {
  const settings = { service: "databricks", host: HOST, jobId: "1", jobParameters: { a: "1", b: "2" }, secretParameters: ["c"] };
  const draft = draftOf(settings);
  draft.parameters[1].name = "a";
  draft.parameters.push({ id: -1, name: " ", type: "text", value: "x", secret: false });
  draft.parameters.push({ id: -2, name: "", type: "text", value: "", secret: false });
  const { problems } = settingsOf(draft);
  const texts = Object.values(problems).join("\n");
  assert.match(texts, /There is a parameter a already/u);
  assert.match(texts, /Give the parameter's name/u);
  assert.match(texts, /that of a secret parameter is not kept/u);
  assert.equal(Object.keys(problems).length, 3);
});

test("a parameter may be called as members of every object are", () => {
  const parameters = JSON.parse('{"__proto__": "1", "constructor": "2"}');
  const { settings } = settingsOf(draftOf({ service: "databricks", host: HOST, jobId: "1", jobParameters: parameters }));
  assert.deepEqual(Object.keys(settings.jobParameters), ["__proto__", "constructor"]);
});

test("rows become JSON and rows again, and secrets stay rows", () => {
  const settings = {
    service: "fabric",
    workspaceId: WORKSPACE,
    itemId: ITEM,
    parameters: { day: "1", n: 2, key: "hush" },
    secretParameters: ["key"],
  };
  const asJson = otherWayToWrite(draftOf(settings));
  assert.deepEqual(JSON.parse(asJson.parametersJson), { day: "1", n: 2 });
  assert.deepEqual(settingsOf(asJson), { settings, problems: {} });
  assert.deepEqual(settingsOf(otherWayToWrite(asJson)), { settings, problems: {} });
  const wrong = draftOf(settings);
  wrong.parameters[1].value = "two";
  assert.equal(otherWayToWrite(wrong), wrong);
  const broken = { ...asJson, parametersJson: "{" };
  assert.equal(otherWayToWrite(broken), broken);
  assert.deepEqual(Object.keys(settingsOf(broken).problems), ["parametersJson"]);
});

test("what is kept and told has no value of a secret parameter, wherever it stands", () => {
  const settings = {
    service: "databricks",
    host: HOST,
    jobId: "1",
    jobParameters: { day: "1", key: "hush" },
    notebookParams: { other: "hush" },
    secretParameters: ["key", "other"],
  };
  const open = withoutSecrets(settings);
  assert.ok(!JSON.stringify(open).includes("hush"));
  assert.deepEqual(open.jobParameters, { day: "1" });
  assert.deepEqual(secretValues(settings), { key: "hush", other: "hush" });
});

test("activities are attempts on one scale of time", () => {
  const at = (/** @type {number} */ second) => `2026-03-01T10:00:${String(second).padStart(2, "0")}.1234567`;
  const runs = ofActivities([
    { activityName: "Copy", activityType: "Copy", status: "InProgress", activityRunStart: at(20), activityRunEnd: "0001-01-01T00:00:00" },
    { activityName: "Get", activityType: "Lookup", status: "Succeeded", activityRunStart: at(0), activityRunEnd: at(10) },
    { activityName: "Copy", activityType: "Copy", status: "Failed", activityRunStart: at(10), activityRunEnd: `${at(20)}Z` },
    { activityName: "Later", activityType: "Wait", status: "SomethingNew" },
  ]);
  assert.deepEqual(
    runs.map((/** @type {any} */ { key, phase, outcome }) => [key, phase, outcome]),
    [
      ["Get", "ended", "succeeded"],
      ["Copy", "ended", "failed"],
      ["Copy", "running", undefined],
      ["Later", "running", undefined],
    ],
  );
  const chart = rows(runs, Date.parse("2026-03-01T10:00:40.123Z"));
  const seconds = (/** @type {number} */ share) => Math.round((share * (chart.until - chart.from)) / 100) / 1000;
  assert.deepEqual(
    chart.rows.map((/** @type {any} */ { key, bars }) => [
      key,
      bars.map((/** @type {any} */ { from, width }) => [seconds(from), seconds(width)]),
    ]),
    [
      ["Get", [[0, 10]]],
      ["Copy", [[10, 10], [20, 20]]],
      ["Later", []],
    ],
  );
  // What goes on does not reach the edge.
  assert.ok(chart.until - chart.from > 40_000);
});

test("states become steps, and what is said again is said once with a count", () => {
  const event = (/** @type {object} */ more) => ({ kind: "status", at: 0, elapsed: 0, phase: "looking", ...more });
  let progress = begun(0);
  for (const told_ of [
    event({}),
    event({ at: 10, phase: "starting" }),
    event({ at: 20, phase: "starting", kind: "retry", message: "throttled" }),
    event({ at: 30, phase: "starting", kind: "retry", message: "throttled" }),
    event({ at: 40, phase: "queued", message: "waits" }),
    event({ at: 50, phase: "queued", kind: "warning", message: "odd" }),
  ]) {
    progress = told(progress, told_);
  }
  assert.deepEqual(progress.steps, [
    { phase: "looking", from: 0, until: 10 },
    { phase: "starting", from: 10, until: 40 },
    { phase: "queued", from: 40 },
  ]);
  assert.equal(progress.status.message, "waits");
  assert.deepEqual(
    progress.notes.map((/** @type {any} */ { kind, text, times, at }) => [kind, text, times, at]),
    [
      ["retry", "throttled", 2, 30],
      ["warning", "odd", 1, 50],
    ],
  );
  assert.deepEqual(over(progress, { outcome: "succeeded", outputs: [] }, 90).steps.slice(-2), [
    { phase: "queued", from: 40, until: 90 },
    { phase: "ended", from: 90, until: 90 },
  ]);
});

test("only addresses of the web become links", () => {
  assert.ok(isWebAddress("https://example.com/run"));
  for (const url of ["javascript:alert(1)", "JAVASCRIPT:alert(1)", " https://x", "data:text/html,x", "//x", "", undefined]) {
    assert.ok(!isWebAddress(url), String(url));
  }
});

test("an error leads to the member that it is about", () => {
  assert.equal(memberOf({ code: "unauthenticated", message: "" }), "token");
  assert.equal(memberOf({ code: "invalidOptions", message: "timeout: expected a length of time" }), "timeout");
  assert.equal(memberOf({ code: "invalidOptions", message: "expected one of jobId and jobName" }), undefined);
  assert.equal(memberOf({ code: "serverError", message: "timeout: x" }), undefined);
});

test("a text becomes a sentence, and names stay as they are spelt", () => {
  assert.equal(sentence("the run goes on"), "The run goes on.");
  assert.equal(sentence("jobs/runs/get: not found"), "jobs/runs/get: not found.");
  assert.equal(sentence("Ready!"), "Ready!");
});

test("a log takes the lines of what was sent through its own fetch, the newest few hundred", async () => {
  Object.assign(globalThis, { location: { href: "https://page.example/" } });
  const [one, other] = [new Requests(), new Requests()];
  const fetch = one.watch(async () => ({ status: 200 }));
  const line = (/** @type {object} */ fields) => ({
    time: 1,
    level: "debug",
    target: "pqrun::request",
    message: "request answered",
    fields: { method: "GET", path: "/api/{version}/jobs/runs/get", endpoint: "jobs/runs/get", status: 200, ...fields },
  });
  const init = { method: "GET", headers: {}, redirect: "manual", cache: "no-store", signal: new AbortController().signal };
  assert.ok(!one.take(line({})));
  for (let i = 0; i < 400; i += 1) {
    await fetch("/proxy/host/api/2.2/jobs/runs/get?run_id=1", init);
    assert.ok(!one.take(line({ status: 500 })));
    assert.ok(!one.take(line({ path: "/api/{version}/jobs/list" })));
    assert.ok(!other.take(line({})));
    assert.ok(one.take(line({ requestId: String(i) })));
    assert.ok(!one.take(line({})));
  }
  assert.equal(one.count, 400);
  assert.equal(one.lines.length, 300);
  assert.equal(one.lines.at(-1).requestId, "399");
});
