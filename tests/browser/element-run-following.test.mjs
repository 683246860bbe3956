/** A run that `<pqrun-run>` follows: what is seen and said of it, and what can be done with it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { DATABRICKS_TOKEN, scenario, until } from "../node/support.mjs";
import {
  accessible,
  ended,
  everything,
  heard,
  HOST,
  isRunning,
  JOB,
  pictures,
  show,
  start,
} from "./element-run.support.mjs";
import { launch } from "./support.mjs";

const browser = await launch();

test("a run from the form to its outputs, seen in all its states", async (t) => {
  const document = scenario("demo");
  const { page } = await show(t, browser, {
    scenario: document,
    speed: 8,
    settings: { service: "databricks", host: HOST, jobName: "orders_daily", jobParameters: { day: "2026-03-01" }, pollInterval: 400 },
    connection: '{ token: "dapi-simulated" }',
  });
  await start(page);
  await page.locator(".bar .going").waitFor();
  assert.equal(await page.locator("pqrun-run").evaluate((it) => it.shadowRoot?.activeElement?.id), "run-title");
  assert.equal(await page.getByRole("heading", { level: 2 }).innerText(), "orders_daily");
  await page.locator(".bar", { hasText: "extract" }).getByText("Succeeded").waitFor();
  await page.getByText(/^[12] of 3/u).waitFor();
  await page.locator("summary", { hasText: "Requests" }).click();
  await pictures(page, "running");
  await accessible(page);
  await ended(page);
  assert.equal(await page.locator("#result-title").innerText(), "The run succeeded");
  assert.equal(await page.locator("pqrun-run").evaluate((it) => it.shadowRoot?.activeElement?.id), "result-title");
  const bars = await page.locator(".bar").evaluateAll((all) => all.map((it) => /** @type {HTMLElement} */ (it).innerText.split("\n")[0]));
  assert.deepEqual(bars, ["extract", "transform", "load"]);
  assert.match(await page.locator(".outputs").innerText(), /load\s+20 rows, 9 columns/u);
  const lines = await page.locator(".requests tbody tr").allInnerTexts();
  assert.match(lines.at(-1) ?? "", /jobs\/list/u);
  assert.ok(lines.some((line) => /POST jobs\/run-now\s+200/u.test(line)), lines.join("\n"));
  await pictures(page, "succeeded");
  await accessible(page);
  const [{ result }] = await heard(page, "result");
  assert.equal(result.outcome, "succeeded");
  const phases = (await heard(page, "event")).map(({ event }) => event.phase);
  assert.deepEqual([phases[0], phases.at(-1)], ["looking", "ended"]);
  assert.ok(!(await everything(page)).includes("dapi-simulated"));
});

test("what is announced are changes in sentences, not polls and not seconds", async (t) => {
  const { page } = await show(t, browser, { settings: { ...JOB, pollInterval: 200 }, speed: 2 });
  await page.evaluate(() => {
    const region = /** @type {HTMLElement} */ (document.querySelector("pqrun-run")?.shadowRoot?.querySelector('[role="status"]'));
    /** @type {string[]} */
    const said = [];
    Object.assign(globalThis, { said });
    new MutationObserver(() => said.push(region.textContent ?? "")).observe(region, {
      characterData: true,
      childList: true,
      subtree: true,
    });
  });
  await start(page);
  await ended(page);
  const said = await page.evaluate(() => Reflect.get(globalThis, "said"));
  assert.ok(said.includes("The run is running."), said.join("\n"));
  assert.equal(said.at(-1), "The run succeeded.");
  assert.deepEqual(said, [...new Set(said)]);
  assert.ok(said.every((/** @type {string} */ text) => /^[A-Z].*\.$/u.test(text) && !/\d/u.test(text)), said.join("\n"));
});

test("a run that failed shows why, and where", async (t) => {
  const { page } = await show(t, browser, { settings: { ...JOB, jobName: "failing" } });
  await start(page);
  await ended(page);
  assert.equal(await page.locator("#result-title").innerText(), "The run failed");
  await page.locator(".bar", { hasText: "second" }).getByText("Failed").waitFor();
  assert.match(await page.locator(".outputs").innerText(), /second\s+ValueError: no column qty/u);
  await page.locator("summary", { hasText: "Stack trace" }).click();
  assert.match(await page.locator(".trace pre").innerText(), /line 18/u);
  await pictures(page, "failed");
  await accessible(page);
});

test("attempts and iterations of tasks are seen", async (t) => {
  const { page } = await show(t, browser, {
    scenario: scenario("demo"),
    settings: { ...JOB, jobName: "orders_broken" },
    connection: '{ token: "dapi-simulated" }',
  });
  await start(page);
  await ended(page);
  const clean = page.locator(".bar", { hasText: "clean" });
  assert.match(await clean.innerText(), /Failed\s+\d+ ms, 2 tries/u);
  assert.equal(await clean.locator(".track .run.bad").count(), 2);
  await pictures(page, "tries");
  await accessible(page);
  await page.evaluate((host) => {
    const element = Reflect.get(globalThis, "element");
    element.settings = { service: "databricks", host, jobName: "sales_by_region", pollInterval: 500 };
    return element.start();
  }, HOST);
  assert.match(await page.locator(".bar", { hasText: "per_region" }).innerText(), /4 of 4 iterations/u);
});

test("a queued run says why it waits, until it runs", async (t) => {
  const document = scenario("ends");
  document.databricks.jobs.push({
    id: 200,
    name: "exclusive",
    maxConcurrentRuns: 1,
    queue: true,
    history: [],
    tasks: [{ key: "only", run: { seconds: 120 } }],
  });
  const { page } = await show(t, browser, { scenario: document, settings: { ...JOB, jobName: "exclusive" } });
  await page.evaluate(async (token) => {
    const { runDatabricksJob } = await import(/** @type {string} */ ("/node_modules/pqrun/browser.js"));
    const fetch = Reflect.get(globalThis, "simulated");
    const host = "https://adb-1111222233334444.5.azuredatabricks.net";
    const first = runDatabricksJob({ host, jobName: "exclusive", token, fetch, pollInterval: 100 });
    for await (const { phase } of first) {
      if (phase === "running") {
        break;
      }
    }
  }, DATABRICKS_TOKEN);
  await start(page);
  await page.getByText("It waits:").waitFor();
  assert.equal(await page.locator(".title .badge").innerText(), "Queued");
  await pictures(page, "queued");
  await accessible(page);
  await ended(page);
  assert.match(await page.locator(".timeline").innerText(), /Queued[\s\S]*Running[\s\S]*Succeeded/u);
});

test("requests that are sent again are seen, in words and in the log", async (t) => {
  const document = scenario("ends");
  document.faults = [
    { endpoint: "jobs/runs/get", nth: 1, times: 2, kind: { throttle: { seconds: 4, retryAfter: "seconds" } } },
  ];
  const { page } = await show(t, browser, { scenario: document, settings: { ...JOB, jobName: "long" } });
  await start(page);
  await page.locator(".note", { hasText: "Trying again" }).first().waitFor();
  await page.locator("summary", { hasText: "Requests" }).click();
  await page.locator(".requests .wrong", { hasText: "429 throttled" }).first().waitFor();
  await pictures(page, "throttled");
  await accessible(page);
});

test("a run of one's own is cancelled at once", async (t) => {
  const { page } = await show(t, browser, { settings: { ...JOB, jobName: "long" } });
  await start(page);
  await page.locator(".bar .going").waitFor();
  await page.getByRole("button", { name: "Cancel the run" }).click();
  await ended(page);
  assert.equal(await page.locator("#result-title").innerText(), "The run was cancelled");
  await page.locator(".bar", { hasText: "long" }).getByText("Cancelled").waitFor();
});

test("before a run is cancelled that others may rely on, the person is asked", async (t) => {
  const { page } = await show(t, browser, { settings: { ...JOB, jobName: "long", reuse: {} } });
  await start(page);
  await page.locator(".bar .going").waitFor();
  await page.getByRole("button", { name: "Cancel the run" }).click();
  await page.getByRole("alertdialog").waitFor();
  assert.equal(await page.locator("pqrun-run").evaluate((it) => it.shadowRoot?.activeElement?.id), "keep");
  await pictures(page, "asking");
  await accessible(page);
  await page.keyboard.press("Escape");
  await page.getByRole("alertdialog").waitFor({ state: "detached" });
  assert.equal(await page.locator("pqrun-run").evaluate((it) => it.shadowRoot?.activeElement?.id), "cancel");
  await page.getByRole("button", { name: "Cancel the run" }).click();
  await page.getByRole("button", { name: "Cancel it for all" }).click();
  await ended(page);
  assert.equal(await page.locator("#result-title").innerText(), "The run was cancelled");
});

test("a run that is left goes on, and can be resumed", async (t) => {
  const { page } = await show(t, browser, { settings: { ...JOB, jobName: "long" } });
  await start(page);
  await isRunning(page);
  await page.getByRole("button", { name: "Leave it running" }).click();
  await ended(page);
  assert.equal(await page.locator("#result-title").innerText(), "The run goes on without this page");
  await pictures(page, "left");
  await accessible(page);
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByRole("button", { name: "Cancel the run" }).click();
  await page.getByText("The run was cancelled", { exact: true }).waitFor();
  assert.deepEqual((await heard(page, "result")).map(({ result }) => result.outcome), ["abandoned", "cancelled"]);
  const runs = await page.evaluate(() => JSON.parse(Reflect.get(globalThis, "simulator").state(Date.now())).databricks.runs);
  assert.equal(runs.length, 1);
});

test("a wait that is over begins anew when the run is resumed", async (t) => {
  const { page } = await show(t, browser, { settings: { ...JOB, jobName: "long", timeout: "1s" } });
  await start(page);
  await page.getByText("The run has not ended in time", { exact: true }).waitFor();
  assert.match(await page.locator(".ending").innerText(), /The run may go on\.\s+Resume to follow it again\./u);
  const waited = await page.evaluate(async () => {
    const before = performance.now();
    await Reflect.get(globalThis, "element").resume();
    return performance.now() - before;
  });
  assert.ok(waited > 900, `${waited} ms`);
  assert.deepEqual((await heard(page, "result")).map(({ result }) => result.outcome), ["timedOut", "timedOut"]);
});

test("a run keeps the connection it was started with, whatever the element gets while the client is loaded", async (t) => {
  const { page } = await show(t, browser, { settings: JOB });
  const outcome = await page.evaluate(async () => {
    const element = Reflect.get(globalThis, "element");
    const run = element.start();
    const elsewhere = () => Promise.reject(new Error("another place"));
    element.connection = { fetch: elsewhere, token: "of another place" };
    return (await run).outcome;
  });
  assert.equal(outcome, "succeeded");
});

test("a shared run is cancelled where it runs, whatever connection the element has by then", async (t) => {
  const { page } = await show(t, browser, { settings: { ...JOB, jobName: "long", reuse: {} } });
  await start(page);
  await isRunning(page);
  await page.evaluate(() => {
    const elsewhere = () => Promise.reject(new Error("another place"));
    Reflect.get(globalThis, "element").connection = { fetch: elsewhere, token: "of another place" };
  });
  await page.getByRole("button", { name: "Cancel the run" }).click();
  await page.getByRole("button", { name: "Cancel it for all" }).click();
  await page.getByText("The run was cancelled", { exact: true }).waitFor();
});

test("two elements have a log each, and a logger of the page hears both", async (t) => {
  const { page } = await show(t, browser, {
    settings: JOB,
    script: `
      const second = document.createElement("pqrun-run");
      second.settings = { service: "fabric", workspaceId: "11111111-1111-4111-8111-111111111111", itemId: "aaaaaaaa-0000-4000-8000-000000000001", pollInterval: 500 };
      second.connection = { fetch, token: "fabric-test-0123456789" };
      document.querySelector("main").append(second);
      const { setLogger } = await import("/node_modules/pqrun/browser.js");
      globalThis.logged = [];
      setLogger(({ target, fields }) => target === "pqrun::request" && logged.push(fields.endpoint));
    `,
  });
  await page.evaluate(() =>
    Promise.all([...document.querySelectorAll("pqrun-run")].map((it) => /** @type {any} */ (it).start())),
  );
  const endpoints = await page.locator("pqrun-run").evaluateAll((all) =>
    all.map((it) =>
      [.../** @type {ShadowRoot} */ (it.shadowRoot).querySelectorAll("tbody tr td:nth-child(2)")].map((cell) =>
        (cell.textContent ?? "").trim().replace(/^(?:GET|POST)\s+/u, ""),
      ),
    ),
  );
  assert.ok(endpoints[0].length > 3 && endpoints[0].every((it) => /^jobs\/(?:runs?|list)/u.test(it)), endpoints[0].join());
  assert.ok(endpoints[1].length > 3 && endpoints[1].every((it) => !/^jobs\/runs?/u.test(it)), endpoints[1].join());
  const logged = await page.evaluate(() => Reflect.get(globalThis, "logged"));
  assert.equal(logged.length, endpoints.flat().length);
});
