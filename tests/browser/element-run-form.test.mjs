/** The form of `<pqrun-run>`: what it takes, what it refuses, and the start. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { DATABRICKS_TOKEN, scenario } from "../node/support.mjs";
import {
  accessible,
  DEMO_WORKSPACE,
  ended,
  everything,
  heard,
  HOST,
  JOB,
  pictures,
  show,
  start,
} from "./element-run.support.mjs";
import { launch } from "./support.mjs";

const browser = await launch();

test("an empty form says at each field what is expected, and starts nothing", async (t) => {
  const { page } = await show(t, browser, { connection: "none" });
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

test("while it is disabled a person can start nothing, and a page all the same", async (t) => {
  const { page } = await show(t, browser, { settings: JOB, attributes: "disabled" });
  const button = page.getByRole("button", { name: "Start", exact: true });
  assert.equal(await button.isDisabled(), true);
  await page.getByLabel("Job", { exact: true }).press("Enter");
  assert.deepEqual(await heard(page, "event"), []);
  const again = page.getByRole("button", { name: "Start anew" });
  await page.evaluate(() => Reflect.get(globalThis, "element").start());
  assert.equal(await again.isDisabled(), true);
  await page.evaluate(() => (Reflect.get(globalThis, "element").disabled = false));
  await again.click();
  await page.waitForFunction(() => Reflect.get(globalThis, "heard").filter(([name]) => name === "result").length === 2);
});

test("a refused token is told with what to do, and leads back to its field", async (t) => {
  const { page } = await show(t, browser, { connection: "none", settings: JOB });
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
  const { page } = await show(t, browser, { settings: { ...JOB, host: "https://example.com", timeout: "20m" } });
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

test("from the first field to the result by keyboard alone", async (t) => {
  const { page } = await show(t, browser, { connection: "none" });
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
  const { page } = await show(t, browser, {
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

test("attributes say what is run, and a start without them is refused in words", async (t) => {
  const { page } = await show(t, browser, { attributes: 'no-form service="databricks" host="' + HOST + '"' });
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

test("settings that were set before the element was defined count", async (t) => {
  const { page } = await show(t, browser, {
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

test("the client is loaded when the form is touched, not before", async (t) => {
  /** @type {string[]} */
  const loaded = [];
  const { page } = await show(t, browser, {
    before: async (it) => it.on("request", (request) => loaded.push(new URL(request.url()).pathname)),
  });
  const client = "/node_modules/pqrun/wasm/pqrun_bg.wasm";
  assert.ok(!loaded.includes(client), loaded.join("\n"));
  const asked = page.waitForRequest((request) => request.url().endsWith(client));
  await page.getByLabel("Job", { exact: true }).focus();
  await asked;
});

test("a client that can't be loaded is an error that can be tried again", async (t) => {
  let isDown = true;
  const { page } = await show(t, browser, {
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

test("what is refused twice is said twice", async (t) => {
  const { page } = await show(t, browser, { connection: "none" });
  await page.evaluate(() => {
    const region = /** @type {HTMLElement} */ (document.querySelector("pqrun-run")?.shadowRoot?.querySelector('[role="status"].unseen'));
    /** @type {string[]} */
    const said = [];
    Object.assign(globalThis, { said });
    new MutationObserver(() => said.push(region.textContent ?? "")).observe(region, { characterData: true, childList: true, subtree: true });
  });
  for (const times of [1, 2]) {
    await start(page);
    await page.waitForFunction(
      (count) => Reflect.get(globalThis, "said").filter((/** @type {string} */ it) => it.startsWith("Not started")).length === count,
      times,
    );
  }
});
