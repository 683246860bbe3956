/** `<pqrun-connector>`: a run's settings as Power Query, on a page with the content security policy of ours. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { generateQuery } from "pqrun/connector";

import { databricks, fabric, opened } from "./element-connector.support.mjs";
import { launch, shot, violations } from "./support.mjs";

const browser = await launch();

test("the generator is loaded when the element is seen, and no request leaves the origin", async (t) => {
  /** @type {string[]} */
  const requests = [];
  const of = await opened(t, browser, {
    path: "/below",
    prepare: async (page) => page.on("request", (request) => requests.push(request.url())),
  });
  await of.page.waitForFunction(() => customElements.get("pqrun-connector") !== undefined);
  await of.set({ settings: databricks });
  await of.page.waitForLoadState("networkidle");
  assert.ok(!requests.some((url) => /wasm|connector\.browser/u.test(url)), requests.join("\n"));
  await of.element.scrollIntoViewIfNeeded();
  await of.ready();
  assert.ok(requests.some((url) => url.endsWith("/wasm/connector_bg.wasm")));
  const { origin } = new URL(of.page.url());
  assert.deepEqual(
    requests.filter((url) => !url.startsWith(origin) && !url.startsWith("data:")),
    [],
  );
  assert.equal(await of.page.evaluate(() => Reflect.has(globalThis, "Prism")), false);
  assert.deepEqual(of.problems, []);
});

test("a page's own Prism is left as it is", async (t) => {
  const of = await opened(t, browser, {
    prepare: (page) => page.addInitScript(() => Object.assign(globalThis, { Prism: { mine: true } })),
  });
  await of.element.locator(".keyword").first().waitFor();
  assert.deepEqual(await of.page.evaluate(() => Reflect.get(globalThis, "Prism")), { mine: true });
});

test("while the generator is loaded, that is said, and the options can be filled in already", async (t) => {
  /** @type {() => void} */
  let go = () => {};
  const held = new Promise((resolve) => {
    go = () => resolve(undefined);
  });
  const of = await opened(t, browser, {
    prepare: (page) =>
      Promise.all([
        page.clock.install(),
        page.route("**/connector_bg.wasm", async (route) => {
          await held;
          await route.continue();
        }),
      ]),
  });
  await of.element.getByText("Loading the generator").waitFor();
  await shot(of.page, "connector-loading");
  // The generator is there before the pause after the last change is over, however fast this machine is.
  await of.page.clock.pauseAt(Date.now() + 60_000);
  await of.element.getByLabel("Job id").fill("42");
  go();
  await of.ready();
  await of.page.clock.runFor(10_000);
  assert.equal(
    await of.file(),
    generateQuery({ service: "databricks", tokenParameter: "Token", job: { jobId: "42" } }),
  );
  assert.equal(await of.heard(), 1);
  assert.deepEqual(of.problems, []);
});

test("a generator that does not load is told, and loaded again when asked to", async (t) => {
  let isThere = false;
  const of = await opened(t, browser, {
    prepare: (page) => page.route("**/connector.browser.js", (route) => (isThere ? route.continue() : route.abort())),
  });
  await of.element.getByText("The generator did not load").first().waitFor();
  await shot(of.page, "connector-failed");
  isThere = true;
  await of.element.getByRole("button", { name: "Try again" }).click();
  await of.ready();
  assert.equal(await of.element.getByText("did not load").count(), 0);
});

test("a failure that the browser keeps asks for the page to be loaded again", async (t) => {
  let isThere = false;
  const of = await opened(t, browser, {
    prepare: (page) => page.route("**/*.wasm", (route) => (isThere ? route.continue() : route.abort())),
  });
  await of.element.getByRole("button", { name: "Try again" }).click();
  isThere = true;
  await of.element.getByRole("button", { name: "Reload the page" }).click();
  await of.ready();
});

test("everything can be done with the keyboard", async (t) => {
  const of = await opened(t, browser);
  await of.ready();
  const { page } = of;
  const press = async (/** @type {string[]} */ ...keys) => {
    for (const key of keys) {
      await page.keyboard.press(key);
    }
  };
  await press("Tab");
  await of.after(() => press("ArrowRight"));
  assert.equal((await of.options()).jobs, undefined);
  assert.equal(await of.element.getAttribute("form"), "connector");
  await press("Tab", "ArrowRight", "ArrowRight", "Tab");
  await of.after(() => page.keyboard.type("Orders"));
  await page.waitForFunction(() => document.querySelector("pqrun-connector")?.files[0]?.path === "Orders.pq");
  assert.equal((await of.options()).service, "both");
  await of.element.getByRole("tab", { name: "Orders.pq", exact: true }).focus();
  await press("ArrowRight");
  assert.equal(
    await of.element
      .getByRole("tab", { selected: true })
      .textContent()
      .then((text) => text?.trim()),
    "Orders.query.pq",
  );
  assert.equal(await of.seen(), (await of.file("Orders.query.pq")).replace(/\r\n/gu, "\n"));
  await press("End");
  assert.equal(await of.element.getByRole("tabpanel").locator("img").count(), 8);
  await press("Home", "Tab", "Tab");
  assert.ok(await of.element.locator(".code").evaluate((code) => code.matches(":focus")));
  await press("End");
  await page.waitForFunction(
    () => (document.querySelector("pqrun-connector")?.shadowRoot?.querySelector(".code")?.scrollTop ?? 0) > 1000,
  );
  assert.deepEqual(of.problems, []);
});

for (const scheme of /** @type {const} */ (["light", "dark"])) {
  test(`no state has an accessibility problem, in the ${scheme} scheme`, async (t) => {
    const of = await opened(t, browser, { context: { colorScheme: scheme, reducedMotion: "reduce" } });
    const check = async (/** @type {string} */ state) => {
      await of.page.evaluate(() => scrollTo(0, 0));
      await shot(of.page, `connector-${state}-${scheme}`);
      await of.page.evaluate(() => {
        // Thousands of lines like those before them would take axe half a minute: they are out of the way for it.
        const blocks = [...(document.querySelector("pqrun-connector")?.shadowRoot?.querySelectorAll(".block") ?? [])];
        const away = blocks.slice(2).map((block) => {
          const place = document.createComment("");
          block.replaceWith(place);
          return { block, place };
        });
        Reflect.set(globalThis, "putBack", () => away.forEach(({ block, place }) => place.replaceWith(block)));
      });
      assert.deepEqual(await violations(of.page), [], state);
      await of.page.evaluate(() => Reflect.get(globalThis, "putBack")());
    };
    await of.element.locator(".keyword").first().waitFor();
    await check("empty");
    await of.after(() => of.set({ settings: { ...databricks, jobName: "x", jobParameters: { day: "2026-03-01" } } }));
    await check("databricks");
    await of.after(() => of.element.getByLabel("Workspace address").fill("http://nowhere.example"));
    await check("refused");
    await of.after(() =>
      of.set({ settings: { ...fabric, parameters: { p_day: "2026-03-01", p_rows: 5, p_full: true } } }),
    );
    await of.after(() => of.element.getByLabel("Fetched by the query").check());
    for (const summary of await of.element.locator("summary").all()) {
      await summary.click();
    }
    await check("fabric-open");
    await of.set({ sample: { columns: [{ name: "id", type: "int64" }] } });
    await of.after(() => of.set({ form: "connector" }));
    await of.element.getByRole("button", { name: "Take the 1 column" }).click();
    await of.after(() => of.element.getByLabel("Both", { exact: true }).check());
    await check("extension");
    await of.element.getByRole("tab", { name: "Icons" }).click();
    await check("icons");
    assert.deepEqual(of.problems, []);
  });

  test(`at 360 pixels nothing but the code scrolls sideways, in the ${scheme} scheme`, async (t) => {
    const of = await opened(t, browser, { context: { colorScheme: scheme, viewport: { width: 360, height: 740 } } });
    await of.element.scrollIntoViewIfNeeded();
    for (const form of ["query", "connector"]) {
      await of.set({ form, sample: { columns: [{ name: "a_rather_long_name_of_a_column", type: "timestamp" }] } });
      await of.after(() =>
        of.set({ settings: { ...fabric, parameters: { a_rather_long_name_of_a_parameter: "x".repeat(90) } } }),
      );
      const widths = await of.page.evaluate(() => {
        const code = document.querySelector("pqrun-connector")?.shadowRoot?.querySelector(".code");
        return {
          page: document.documentElement.scrollWidth,
          code: (code?.scrollWidth ?? 0) - (code?.clientWidth ?? 0),
        };
      });
      assert.equal(widths.page, 360);
      assert.ok(widths.code > 100);
      await shot(of.page, `connector-${form}-360-${scheme}`);
      await of.element.getByLabel("Wrap").check();
      await of.page.waitForFunction(() => {
        const code = document.querySelector("pqrun-connector")?.shadowRoot?.querySelector(".code");
        return code !== null && code !== undefined && code.scrollWidth <= code.clientWidth;
      });
      await of.element.getByLabel("Wrap").uncheck();
    }
    assert.deepEqual(of.problems, []);
  });
}
