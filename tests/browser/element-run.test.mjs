/** `<pqrun-run>` on a page, with its policy, against the simulator in the page. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

import { DATABRICKS_TOKEN, databricksRuns, scenario, simulate, until } from "../node/support.mjs";
import { launch, serve, shot } from "./support.mjs";

/**
 * @import { TestContext } from "node:test"
 * @import { Browser, Page } from "playwright-core"
 */

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** What the page allows; some tests have the simulator at a port of its own. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; " +
  "connect-src 'self' http://127.0.0.1:*; " +
  "font-src 'self'; base-uri 'none'; form-action 'none'";

const HOST = "https://adb-1111222233334444.5.azuredatabricks.net";
const DEMO_WORKSPACE = "1f0c4b7e-52aa-4c0d-9b7e-0d6f3a1e8c21";
const JOB = { service: "databricks", host: HOST, jobName: "good", pollInterval: 500 };

/** The page's own files come from where they are. */
const ONLY_SERVICES = `
  const network = globalThis.fetch;
  globalThis.fetch = (input, init) => (new URL(input.url ?? input, location).origin === location.origin ? network : fetch)(input, init);
`;

/** @type {Browser} */
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/**
 * A page with an element. What it is served with allows no inline script and no inline style.
 *
 * @param {TestContext} t
 * @param {object} [options]
 * @param {any} [options.scenario] What the simulator in the page holds.
 * @param {number} [options.speed]
 * @param {string} [options.attributes]
 * @param {object} [options.settings]
 * @param {string} [options.connection] As JavaScript, beside the simulator's `fetch`; `none` for no connection.
 * @param {string} [options.script] More of the page's script.
 * @param {"light" | "dark"} [options.scheme]
 * @param {number} [options.width]
 * @param {(page: Page) => Promise<unknown>} [options.before] Done before the page is loaded.
 * @param {boolean} [options.isQuiet] Whether the console must be silent; it must, unless a test says otherwise.
 */
async function show(t, options = {}) {
  const { attributes = "", settings, connection = `{ token: "${DATABRICKS_TOKEN}" }` } = options;
  const document = options.scenario ?? scenario("ends");
  const script = `
    import { Simulator, simulatedFetch } from "/node_modules/pqrun/simulator.browser.js";
    import "/node_modules/pqrun/elements/run.js";
    const simulator = new Simulator(${JSON.stringify(JSON.stringify(document))}, Date.now(), ${options.speed ?? 20});
    const fetch = simulatedFetch(simulator);
    const element = document.querySelector("pqrun-run");
    Object.assign(globalThis, { simulator, simulated: fetch, element, heard: [] });
    for (const name of ["settings", "event", "result", "error", "forget"]) {
      element.addEventListener("pqrun-" + name, (event) => heard.push([name, event.detail]));
    }
    ${settings ? `element.settings = ${JSON.stringify(settings)};` : ""}
    ${connection === "none" ? ONLY_SERVICES : `element.connection = { fetch, ...${connection} };`}
    ${options.script ?? ""}
    globalThis.answer = true;
  `;
  const markup = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
    <meta http-equiv="Content-Security-Policy" content="${POLICY}">
    <title>Run</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/page.css">
    <main><h1>Runs</h1><pqrun-run ${attributes}></pqrun-run></main><script type="module" src="/page.js"></script></html>`;
  const style = `:root { color-scheme: light dark; } body { margin: 0; background: light-dark(#fff, #14171c);
    color: light-dark(#1a1e24, #e6e9ee); font-family: system-ui; } main { max-width: 72rem; margin: 0 auto; padding: 1rem; }`;
  const origin = await serve(t, { "/": markup, "/page.js": script, "/page.css": style });
  const context = await browser.newContext({
    colorScheme: options.scheme ?? "light",
    viewport: { width: options.width ?? 1200, height: 900 },
    reducedMotion: "reduce",
    bypassCSP: false,
  });
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  /** @type {string[]} */
  const problems = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") {
      problems.push(message.text());
    }
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("request", (request) => {
    if (![origin, "data:", "http://127.0.0.1:"].some((start) => request.url().startsWith(start))) {
      problems.push(`a request left the page's origin: ${request.url()}`);
    }
  });
  await options.before?.(page);
  await page.goto(`${origin}/`);
  await page.waitForFunction(() => Reflect.has(globalThis, "answer"));
  if (options.isQuiet ?? true) {
    t.after(() => assert.deepEqual(problems, []));
  }
  return { page, problems, origin };
}

/** @param {Page} page @returns {Promise<any[]>} The details of the events of one name. */
const heard = (page, /** @type {string} */ name) =>
  page.evaluate(
    (wanted) =>
      JSON.parse(
        JSON.stringify(
          Reflect.get(globalThis, "heard")
            .filter((/** @type {any[]} */ [one]) => one === wanted)
            .map((/** @type {any[]} */ [, detail]) =>
              detail.error instanceof Error
                ? { ...detail.error, name: detail.error.name, message: detail.error.message }
                : detail,
            ),
        ),
      ),
    name,
  );

/** @param {Page} page */
const start = (page) => page.getByRole("button", { name: "Start", exact: true }).click();

/** @param {Page} page */
const ended = (page) => page.locator("#result-title").waitFor();

/**
 * Nothing that axe-core finds, in either colour scheme.
 *
 * @param {Page} page
 */
async function accessible(page) {
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    await page.emulateMedia({ colorScheme });
    // Not by a script element, which the policy forbids.
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(() => Reflect.get(globalThis, "axe").run(document));
    const told = violations.map((/** @type {any} */ { id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary}`);
    assert.deepEqual(told, [], `in ${colorScheme}`);
  }
}

/**
 * Pictures in both schemes and at both widths, with no sideways scroll at any.
 *
 * @param {Page} page
 * @param {string} name
 */
async function pictures(page, name) {
  for (const width of [1200, 360]) {
    await page.setViewportSize({ width, height: 900 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(overflow, 0, `${name} at ${width}`);
    for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
      await page.emulateMedia({ colorScheme });
      await shot(page, `run-${name}-${width}-${colorScheme}`);
    }
  }
  await page.setViewportSize({ width: 1200, height: 900 });
}

/** All that a script could find in the document, and what is kept. @param {Page} page */
const everything = (page) =>
  page.evaluate(() => {
    const root = /** @type {ShadowRoot} */ (document.querySelector("pqrun-run")?.shadowRoot);
    return document.documentElement.outerHTML + root.innerHTML + JSON.stringify({ ...localStorage, ...sessionStorage });
  });

test("an empty form says at each field what is expected, and starts nothing", async (t) => {
  const { page } = await show(t, { connection: "none" });
  await pictures(page, "form");
  await accessible(page);
  await start(page);
  const wrong = await page.locator('[aria-invalid="true"]').evaluateAll((all) => all.map(({ id }) => id));
  assert.deepEqual(wrong, ["host", "job", "token"]);
  assert.equal(await page.locator("pqrun-run").evaluate((it) => it.shadowRoot?.activeElement?.id), "host");
  assert.match(await page.locator("#host-problem").innerText(), /https:\/\/adb-/u);
  await pictures(page, "form-problems");
  await accessible(page);
  await page.getByLabel("Workspace address").fill(HOST);
  await page.locator("#host-problem").waitFor({ state: "detached" });
  const [{ name }] = await heard(page, "error");
  assert.equal(name, "TypeError");
});

test("a run from the form to its outputs, seen in all its states", async (t) => {
  const document = scenario("demo");
  const { page } = await show(t, {
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
  const { page } = await show(t, { settings: { ...JOB, pollInterval: 200 }, speed: 2 });
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

test("a refused token is told with what to do, and leads back to its field", async (t) => {
  const { page } = await show(t, { connection: "none", settings: JOB });
  await page.getByLabel("Token").fill("dapi-wrong-token");
  await start(page);
  await ended(page);
  assert.equal(await page.locator("#result-title").innerText(), "Nothing was started");
  const ending = await page.locator(".ending").innerText();
  assert.match(ending, /What to do: Check that the token belongs to this host/u);
  assert.match(ending, /unauthenticated · .*status 40[13]/u);
  await pictures(page, "rejected");
  await accessible(page);
  await page.getByRole("button", { name: "Change settings" }).click();
  await page.locator("#token-problem").waitFor();
  assert.equal(await page.locator("pqrun-run").evaluate((it) => it.shadowRoot?.activeElement?.id), "token");
  assert.ok(!(await everything(page)).includes("dapi-wrong-token"));
  await page.getByLabel("Token").fill(DATABRICKS_TOKEN);
  await page.locator("#token-problem").waitFor({ state: "detached" });
  await start(page);
  await page.getByText("The run succeeded", { exact: true }).waitFor();
});

test("what the package refuses stands at the field that it is about", async (t) => {
  const { page } = await show(t, { settings: { ...JOB, host: "https://example.com", timeout: "20m" } });
  await start(page);
  await page.locator("#host-problem").waitFor();
  assert.match(await page.locator("#host-problem").innerText(), /example\.com/u);
  const [{ code }] = await heard(page, "error");
  assert.equal(code, "unknownHost");
  await page.getByLabel("Workspace address").fill(HOST);
  await page.locator("summary", { hasText: "More" }).click();
  await page.getByLabel("Wait at most").fill("500d");
  await start(page);
  await page.locator("#timeout-problem").waitFor();
});

test("a run that failed shows why, and where", async (t) => {
  const { page } = await show(t, { settings: { ...JOB, jobName: "failing" } });
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
  const { page } = await show(t, {
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
  const { page } = await show(t, { scenario: document, settings: { ...JOB, jobName: "exclusive" } });
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
  const { page } = await show(t, { scenario: document, settings: { ...JOB, jobName: "long" } });
  await start(page);
  await page.locator(".note", { hasText: "Trying again" }).first().waitFor();
  await page.locator("summary", { hasText: "Requests" }).click();
  await page.locator(".requests .wrong", { hasText: "429 throttled" }).first().waitFor();
  await pictures(page, "throttled");
  await accessible(page);
});

test("a run of one's own is cancelled at once", async (t) => {
  const { page } = await show(t, { settings: { ...JOB, jobName: "long" } });
  await start(page);
  await page.locator(".bar .going").waitFor();
  await page.getByRole("button", { name: "Cancel the run" }).click();
  await ended(page);
  assert.equal(await page.locator("#result-title").innerText(), "The run was cancelled");
  await page.locator(".bar", { hasText: "long" }).getByText("Cancelled").waitFor();
});

test("before a run is cancelled that others may rely on, the person is asked", async (t) => {
  const { page } = await show(t, { settings: { ...JOB, jobName: "long", reuse: {} } });
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
  const { page } = await show(t, { settings: { ...JOB, jobName: "long" } });
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
  const { page } = await show(t, { settings: { ...JOB, jobName: "long", timeout: "1s" } });
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

test("from the first field to the result by keyboard alone", async (t) => {
  const { page } = await show(t, { connection: "none" });
  const focused = () => page.locator("pqrun-run").evaluate((it) => it.shadowRoot?.activeElement?.id);
  /** @param {string} id */
  const tabTo = async (id) => {
    for (let steps = 0; steps < 12 && (await focused()) !== id; steps += 1) {
      await page.keyboard.press("Tab");
    }
    assert.equal(await focused(), id);
  };
  await tabTo("service-databricks");
  await page.keyboard.press("ArrowRight");
  assert.equal(await focused(), "service-fabric");
  await page.keyboard.press("ArrowLeft");
  await tabTo("host");
  await page.keyboard.type(HOST);
  await tabTo("job");
  await page.keyboard.type("good");
  await tabTo("add-parameter");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("pqrun-run")?.shadowRoot?.activeElement?.id.endsWith("-name"));
  await page.keyboard.type("day");
  await page.keyboard.press("Tab");
  await page.keyboard.type("2026-03-01");
  await tabTo("token");
  await page.keyboard.type(DATABRICKS_TOKEN);
  await page.keyboard.press("Enter");
  await ended(page);
  await page.waitForFunction(() => document.querySelector("pqrun-run")?.shadowRoot?.activeElement?.id === "result-title");
  await tabTo("again");
  const [{ result }] = await heard(page, "result");
  assert.equal(result.outcome, "succeeded");
});

test("a Fabric pipeline: typed parameters, its activities as bars, and no secret in what is kept or told", async (t) => {
  const secret = "hush-hush-0123";
  const document = scenario("demo");
  document.fabric.switches = scenario("ends").fabric.switches;
  const { page } = await show(t, {
    scenario: document,
    speed: 4,
    attributes: 'store="secret"',
    connection: '{ token: "fabric-simulated" }',
  });
  await page.getByLabel("Fabric").check();
  await pictures(page, "form-fabric");
  const address = `https://app.fabric.microsoft.com/groups/${DEMO_WORKSPACE}/pipelines/7a93e1d4-0f5b-4e0a-8d3c-64b2f9c7a510?experience=power-bi`;
  await page.getByLabel("Paste a link or settings").fill(address);
  await page.keyboard.press("Enter");
  await page.getByText(/^Understood — Fabric: pipeline 7a93e1d4/u).waitFor();
  for (const [name, type, value] of [
    ["p_day", "text", secret],
    ["p_rows", "number", "five"],
    ["p_full", "boolean", "true"],
  ]) {
    await page.getByRole("button", { name: "Add a parameter" }).click();
    const row = page.locator(".row").last();
    await row.getByLabel("Name").fill(name);
    await row.getByLabel("Type").selectOption(type);
    if (value === secret) {
      await row.getByLabel("p_day is secret").check();
    }
    await row.getByLabel("Value").fill(value);
  }
  await page.locator("summary", { hasText: "More" }).click();
  await page.getByLabel("Other options, as JSON").fill('{"pollInterval": 400}');
  await pictures(page, "form-parameters");
  await accessible(page);
  await start(page);
  await page.getByText("Expected a number, such as 10 or 2.5.", { exact: true }).waitFor();
  await page.getByLabel("Value of p_rows").fill("5");
  await start(page);
  await page.locator(".bar", { hasText: "Get orders" }).waitFor();
  assert.ok((await page.evaluate(() => localStorage.getItem("pqrun:secret:run"))) !== null);
  assert.ok(!(await everything(page)).includes(secret));
  await pictures(page, "activities");
  await accessible(page);
  await ended(page);
  assert.equal(await page.locator("#result-title").innerText(), "The run succeeded");
  const bars = await page.locator(".bar .key").allInnerTexts();
  assert.deepEqual(bars, ["Get orders", "Score", "Return"]);
  await page.locator("summary", { hasText: "Requests" }).click();
  assert.match(await page.locator(".requests tbody").innerText(), /queryactivityruns/u);
  // The whole of what was sent is the service's to know.
  const told = JSON.stringify([await heard(page, "settings"), await heard(page, "event")]);
  assert.ok(!told.includes(secret));
  assert.ok(!(await everything(page)).includes(secret));
  assert.equal(await page.evaluate(() => localStorage.getItem("pqrun:secret:run")), null);
  await page.reload();
  await page.getByLabel("Item id").waitFor();
  assert.equal(await page.getByLabel("Value of p_rows").inputValue(), "5");
  assert.equal(await page.getByLabel("Value of p_day").inputValue(), "");
});

/**
 * A page whose element keeps its runs, against a simulator of its own process: what is in the page is gone with it.
 *
 * @param {TestContext} t
 * @param {Parameters<typeof show>[1] & { job?: string }} [options]
 */
async function showKeeping(t, { job = "long", ...options } = {}) {
  const server = await simulate(t, { change: (it) => (it.allowAllOrigins = true) });
  const shown = await show(t, {
    attributes: 'store="orders"',
    settings: { ...JOB, host: server.url, jobName: job },
    connection: `{ token: "${DATABRICKS_TOKEN}", fetch: (url, init) => globalThis.fetch(url, init) }`,
    ...options,
  });
  return { ...shown, server };
}

/** @param {Page} page */
const isRunning = (page) => page.locator(".bar .going").first().waitFor();

/** @param {Page} page */
const stored = (page) => page.evaluate(() => localStorage.getItem("pqrun:orders:run"));

test("a page that is loaded again in the midst of a run finds it, and starts no second one", async (t) => {
  const { page, server } = await showKeeping(t);
  await start(page);
  await isRunning(page);
  await page.getByText("This page may be closed: it finds the run again.").waitFor();
  const snapshot = JSON.parse((await stored(page)) ?? "{}").snapshot;
  assert.equal(snapshot.run.id, databricksRuns(server, 105)[0].runId);
  await page.reload();
  await page.getByRole("heading", { name: "A run was found again" }).waitFor();
  await pictures(page, "found");
  await accessible(page);
  await page.getByRole("button", { name: "Resume" }).click();
  await isRunning(page);
  await page.getByRole("button", { name: "Cancel the run" }).click();
  await ended(page);
  assert.equal(databricksRuns(server, 105).length, 1);
  assert.equal(await stored(page), null);
  assert.ok(!(await everything(page)).includes(DATABRICKS_TOKEN));
});

test("a run that ended while the page was away gives its result when it is resumed", async (t) => {
  const { page, server } = await showKeeping(t, { job: "good" });
  await page.evaluate(() => {
    addEventListener("pqrun-event", (event) => {
      const { phase } = /** @type {CustomEvent} */ (event).detail.event;
      if (phase === "running" || phase === "queued") {
        Reflect.get(globalThis, "element").detach();
      }
    });
  });
  await start(page);
  await ended(page);
  await until("the end of the run", () => databricksRuns(server, 101)[0].outcome);
  await page.reload();
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByText("The run succeeded", { exact: true }).waitFor();
  assert.match(await page.locator(".outputs").innerText(), /load\s+2 rows, 4 columns/u);
  assert.equal(databricksRuns(server, 101).length, 1);
});

test("with autoresume nobody has to ask", async (t) => {
  const { page } = await showKeeping(t, { attributes: 'store="orders" autoresume no-form', script: "" });
  await page.evaluate(() => {
    Reflect.get(globalThis, "element").start();
  });
  await isRunning(page);
  await page.reload();
  await isRunning(page);
  assert.equal(await page.locator("form").count(), 0);
});

test("a run that was kept can be forgotten, which does not stop it", async (t) => {
  const { page, server } = await showKeeping(t);
  await start(page);
  await isRunning(page);
  await page.reload();
  await page.getByRole("button", { name: "Forget it" }).click();
  await page.getByRole("button", { name: "Start", exact: true }).waitFor();
  assert.equal(await stored(page), null);
  assert.equal((await heard(page, "forget")).length, 1);
  assert.equal(databricksRuns(server, 105).length, 1);
});

test("two tabs do not follow the same run at once", async (t) => {
  const { page, origin, server } = await showKeeping(t);
  await start(page);
  await isRunning(page);
  const other = await page.context().newPage();
  await other.goto(`${origin}/`);
  await other.getByRole("heading", { name: "Another tab follows a run" }).waitFor();
  assert.equal(await other.getByRole("button", { name: "Resume" }).count(), 0);
  await pictures(other, "elsewhere");
  await accessible(other);
  const refused = other.evaluate(() => Reflect.get(globalThis, "element").resume());
  await assert.rejects(refused, /kept under the same name/u);
  await page.close();
  await other.getByRole("button", { name: "Resume" }).click();
  await isRunning(other);
  assert.equal(databricksRuns(server, 105).length, 1);
});

test("where nothing can be kept that is said, and a run starts only if the person agrees", async (t) => {
  const { page, server } = await showKeeping(t, {
    before: (it) =>
      it.addInitScript(() => {
        Storage.prototype.setItem = () => {
          throw new DOMException("full", "QuotaExceededError");
        };
      }),
  });
  await start(page);
  await page.getByRole("heading", { name: "This run can't be kept" }).waitFor();
  assert.match(await page.locator(".fault").innerText(), /storage for this page is full/u);
  await pictures(page, "full");
  await accessible(page);
  assert.equal(databricksRuns(server, 105).length, 0);
  await page.getByRole("button", { name: "Start without keeping it" }).click();
  await isRunning(page);
  await page.getByText("Closing this page loses sight of the run").waitFor();
});

test("storage that is full at the very moment of the start: nothing is sent, and the person may go on without it", async (t) => {
  const { page, server } = await showKeeping(t);
  await page.evaluate(() => {
    const { setItem } = Storage.prototype;
    Storage.prototype.setItem = function (key, value) {
      if (key.endsWith(":run")) {
        throw new DOMException("full", "QuotaExceededError");
      }
      setItem.call(this, key, value);
    };
  });
  await start(page);
  await ended(page);
  assert.match(await page.locator(".ending").innerText(), /Nothing was started[\s\S]*persistFailed/u);
  assert.equal(databricksRuns(server, 105).length, 0);
  await page.getByRole("button", { name: "Start without keeping it" }).click();
  await isRunning(page);
  assert.equal(databricksRuns(server, 105).length, 1);
});

test("a client that can't be loaded is an error that can be tried again", async (t) => {
  let isDown = true;
  const { page } = await show(t, {
    settings: JOB,
    isQuiet: false,
    before: (it) =>
      it.route("**/node_modules/pqrun/browser.js", (route) => (isDown ? route.abort() : route.continue())),
  });
  await start(page);
  await page.getByRole("heading", { name: "pqrun could not be loaded" }).waitFor();
  await pictures(page, "not-loaded");
  await accessible(page);
  isDown = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("The run succeeded", { exact: true }).waitFor();
});

test("the client is loaded when the form is touched, not before", async (t) => {
  /** @type {string[]} */
  const loaded = [];
  const { page } = await show(t, {
    before: async (it) => it.on("request", (request) => loaded.push(new URL(request.url()).pathname)),
  });
  const client = "/node_modules/pqrun/wasm/pqrun_bg.wasm";
  assert.ok(!loaded.includes(client), loaded.join("\n"));
  const asked = page.waitForRequest((request) => request.url().endsWith(client));
  await page.getByLabel("Job", { exact: true }).focus();
  await asked;
});

test("two elements have a log each, and a logger of the page hears both", async (t) => {
  const { page } = await show(t, {
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

test("attributes say what is run, and a start without them is refused in words", async (t) => {
  const { page } = await show(t, { attributes: 'no-form service="databricks" host="' + HOST + '"' });
  const refused = page.evaluate(() => Reflect.get(globalThis, "element").start());
  await assert.rejects(refused, /job: Give the job's id, or its exact name/u);
  await page.getByRole("heading", { name: "The settings are not complete" }).waitFor();
  await page.locator("pqrun-run").evaluate((it) => it.setAttribute("job-id", "101"));
  const result = await page.evaluate(async () => {
    const { outcome, run } = await Reflect.get(globalThis, "element").start();
    return { outcome, jobId: run.jobId };
  });
  assert.deepEqual(result, { outcome: "succeeded", jobId: "101" });
  await assert.rejects(
    page.evaluate(() => {
      const element = Reflect.get(globalThis, "element");
      return Promise.all([element.start(), element.start()]);
    }),
    /A run is being followed/u,
  );
});

test("values of secret parameters are asked for again when the start may have to be sent again", async (t) => {
  const server = await simulate(t, {
    change: (it) => {
      it.allowAllOrigins = true;
      it.faults = [{ endpoint: "jobs/run-now", nth: 1, kind: { slow: { seconds: 2000 } } }];
    },
  });
  const { page } = await show(t, {
    attributes: 'store="orders"',
    settings: {
      ...JOB,
      host: server.url,
      jobParameters: { day: "1", secret: "hush-hush-0123" },
      secretParameters: ["secret"],
    },
    connection: `{ token: "${DATABRICKS_TOKEN}", fetch: (url, init) => globalThis.fetch(url, init) }`,
  });
  const sent = page.waitForRequest((request) => request.url().includes("run-now"));
  await start(page);
  await sent;
  assert.ok(!(await everything(page)).includes("hush-hush"));
  await page.reload();
  await page.getByText("It is not known yet whether it was started.").waitFor();
  await page.getByRole("button", { name: "Resume" }).click();
  const field = page.getByLabel("Secret parameter secret");
  await field.fill("hush-hush-0123");
  await pictures(page, "secrets");
  await accessible(page);
  assert.ok(!(await everything(page)).includes("hush-hush"));
  await field.press("Enter");
  await page.getByText("The run succeeded", { exact: true }).waitFor();
  assert.equal(databricksRuns(server, 101).length, 1);
});

test("a snapshot of another version is told, and can be forgotten", async (t) => {
  const { page } = await showKeeping(t);
  await page.evaluate(() => localStorage.setItem("pqrun:orders:run", '{"snapshot":{"pqrun":99,"job":{"service":"databricks"}},"at":1}'));
  await page.reload();
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByRole("heading", { name: "The run was not resumed" }).waitFor();
  await page.getByRole("button", { name: "Forget it" }).click();
  await page.getByRole("button", { name: "Start", exact: true }).waitFor();
});

test("an element that is taken away leaves a run that it keeps, and one that is moved goes on", async (t) => {
  const { page, server } = await showKeeping(t);
  await start(page);
  await isRunning(page);
  await page.evaluate(() => {
    const element = Reflect.get(globalThis, "element");
    document.body.append(element);
  });
  await isRunning(page);
  assert.deepEqual(await heard(page, "result"), []);
  await page.evaluate(async () => {
    const element = Reflect.get(globalThis, "element");
    const over = new Promise((resolve) => element.addEventListener("pqrun-result", resolve));
    element.remove();
    await over;
    const other = document.createElement("pqrun-run");
    Object.assign(other, { store: "orders", connection: element.connection });
    document.body.append(other);
  });
  await page.getByRole("button", { name: "Resume" }).click();
  await isRunning(page);
  assert.equal(databricksRuns(server, 105).length, 1);
});

test("settings that were set before the element was defined count", async (t) => {
  const { page } = await show(t, {
    before: (it) =>
      it.addInitScript(() => {
        new MutationObserver(() => {
          const element = document.querySelector("pqrun-run");
          if (element && !customElements.get("pqrun-run")) {
            Object.assign(element, { settings: { service: "databricks", jobName: "early" } });
          }
        }).observe(document, { childList: true, subtree: true });
      }),
  });
  assert.equal(await page.getByLabel("Job", { exact: true }).inputValue(), "early");
});
