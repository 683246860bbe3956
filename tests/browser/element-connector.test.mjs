/** `<pqrun-connector>`: a run's settings as Power Query, on a page with the content security policy of ours. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

import { generateConnector, generateQuery, packConnector } from "pqrun/connector";
import yauzl from "yauzl";

import { launch, serve, shot } from "./support.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const WORKSPACE = "1f0c4b7e-52aa-4c0d-9b7e-0d6f3a1e8c21";
const ITEM = "7a93e1d4-0f5b-4e0a-8d3c-64b2f9c7a510";
const HOST = "https://adb-1111222233334444.5.azuredatabricks.net";

/** What would end a literal, begin a comment or an escape, or be markup. */
const HOSTILE = `"&#(lf)""#(#)//*/ ]in each #shared <img src=x onerror=alert(1)> \${x} é😀\u202e\u0085 $parameter`;

const CSP =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'";

const HTML = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${CSP}">
    <meta name="viewport" content="width=device-width">
    <title>Power Query</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/page.css">
    <script type="module" src="/node_modules/pqrun/elements/connector.js"></script>
  </head>
  <body>
    <main><h1>Power Query</h1><h2>Connector</h2><pqrun-connector></pqrun-connector></main>
  </body>
</html>`;

const PAGES = {
  "/": HTML,
  "/below": HTML.replace("<pqrun-connector>", '<div class="tall"></div><pqrun-connector>'),
  "/page.css": `:root { color-scheme: light dark; background: light-dark(#fff, #14171c); color: light-dark(#1a1e24, #e6e9ee); }
    body { margin: 0; padding: 1rem; font-family: system-ui, sans-serif; } .tall { block-size: 400vh; }`,
};

/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/**
 * A page with the element on it.
 *
 * @param {import("node:test").TestContext} t
 * @param {object} [how]
 * @param {string} [how.path]
 * @param {import("playwright-core").BrowserContextOptions} [how.context]
 * @param {(page: import("playwright-core").Page) => Promise<unknown>} [how.prepare] Before the page is loaded.
 */
async function opened(t, { path = "/", context: options = {}, prepare } = {}) {
  const origin = await serve(t, PAGES);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
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
  await page.addInitScript(() => {
    /** @type {any[]} */
    const heard = [];
    Object.assign(globalThis, { heard });
    document.addEventListener("pqrun-generated", ({ detail }) => heard.push(detail));
    document.addEventListener("pqrun-error", ({ detail }) =>
      heard.push({ code: detail.error.code ?? detail.error.name }),
    );
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      console.error("policy", violatedDirective, blockedURI),
    );
  });
  await prepare?.(page);
  await page.goto(`${origin}${path}`);
  const element = page.locator("pqrun-connector");
  /** How often the element has told something. */
  const heard = () => page.evaluate(() => Reflect.get(globalThis, "heard").length);
  return {
    page,
    element,
    problems,
    heard,
    /**
     * Does something and waits until M was made of it, or refused.
     *
     * @param {() => Promise<unknown>} act
     */
    async after(act) {
      const before = await heard();
      await act();
      await page.waitForFunction((count) => Reflect.get(globalThis, "heard").length > count, before);
    },
    /** Until M is there. */
    ready: () => page.waitForFunction(() => document.querySelector("pqrun-connector")?.files?.length),
    /** @param {Record<string, unknown>} members */
    set: (members) =>
      page.evaluate((given) => Object.assign(document.querySelector("pqrun-connector") ?? {}, given), members),
    /** @returns {Promise<any>} */
    options: () => page.evaluate(() => document.querySelector("pqrun-connector")?.options),
    /** The text of the first file, or of the one with this path. @param {string} [name] @returns {Promise<string>} */
    file: (name) =>
      page.evaluate((path) => {
        const files = document.querySelector("pqrun-connector")?.files ?? [];
        return new TextDecoder().decode((files.find((one) => one.path === path) ?? files[0])?.content);
      }, name),
    /** The text that is seen. */
    seen: () =>
      page.evaluate(() =>
        [...(document.querySelector("pqrun-connector")?.shadowRoot?.querySelectorAll(".text") ?? [])]
          .map(({ textContent }) => `${textContent}\n`)
          .join(""),
      ),
    /** Everything that the element shows. */
    markup: () => page.evaluate(() => document.querySelector("pqrun-connector")?.shadowRoot?.innerHTML ?? ""),
  };
}

/** @typedef {Awaited<ReturnType<typeof opened>>} Opened */

/**
 * What the generator says of options, behind the option's name, as the form says it.
 *
 * @param {"query" | "connector"} form
 * @param {any} options
 */
function refusal(form, options) {
  try {
    form === "query" ? generateQuery(options) : generateConnector(options);
  } catch (error) {
    return /** @type {Error} */ (error).message;
  }
  return assert.fail("expected options that are refused");
}

/**
 * What a download holds.
 *
 * @param {Opened} of
 * @param {string} button
 */
async function downloaded({ page, element }, button) {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    element.getByRole("button", { name: button }).click(),
  ]);
  return { name: download.suggestedFilename(), content: readFileSync(await download.path()) };
}

/**
 * The entries of a zip file.
 *
 * @param {Buffer} content
 * @returns {Promise<Record<string, Buffer>>}
 */
async function unzipped(content) {
  const zip = await yauzl.fromBufferPromise(content);
  /** @type {Record<string, Buffer>} */
  const entries = {};
  for await (const entry of zip.eachEntry()) {
    const chunks = [];
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      chunks.push(chunk);
    }
    entries[entry.fileName] = Buffer.concat(chunks);
  }
  return entries;
}

const databricks = { service: "databricks", host: HOST, jobId: "880012345678901" };
const fabric = { service: "fabric", workspaceId: WORKSPACE, itemId: ITEM };

test("what the generator refuses stands at the field that it names, and the last good M stays, marked as out of date", async (t) => {
  const of = await opened(t);
  const { element } = of;
  await of.ready();
  /** @type {[form: "query" | "connector", settings: object, label: string, value: string, options: object][]} */
  const cases = [
    ["query", fabric, "Item id", "7a93e1d4", { job: { workspaceId: WORKSPACE, itemId: "7a93e1d4" } }],
    ["query", databricks, "Job id", "nightly", { job: { jobId: "nightly" } }],
    ["query", databricks, "Workspace address", "http://adb.example", { host: "http://adb.example" }],
    ["query", databricks, "M parameter with the token", " ", { tokenParameter: " " }],
    ["query", databricks, "A good run counts for", "15", { freshness: "15" }],
    ["query", databricks, "Where the rows are", "rows[", { outputPath: "rows[" }],
    ["query", databricks, "Minutes in all", "0", { maxMinutes: 0 }],
    ["query", databricks, "Polls in all", "many", { maxPolls: "many" }],
    ["query", fabric, "Marker", " ", { marker: " " }],
    ["query", fabric, "Job type", "a b", { job: { workspaceId: WORKSPACE, itemId: ITEM, jobType: "a b" } }],
    [
      "query",
      fabric,
      "Other members of the start",
      '{"form": "?"}',
      { job: { workspaceId: WORKSPACE, itemId: ITEM, form: "?" } },
    ],
    ["connector", databricks, "Name", "con", { name: "con" }],
    ["connector", fabric, "Name", "Web", { name: "Web" }],
    ["connector", databricks, "Version", "one", { version: "one" }],
    ["connector", databricks, "Other hosts", "a b", { hosts: ["a b"] }],
    ["connector", databricks, "Name", "Contents", { jobs: [{ name: "Contents", job: { jobId: "1" } }] }],
    ["connector", fabric, "Workspace id", "x", { jobs: [{ name: "A", job: { workspaceId: "x", itemId: ITEM } }] }],
  ];
  for (const [form, settings, label, value, options] of cases) {
    await of.set({
      form,
      options: { service: settings.service, ...(form === "query" && { tokenParameter: "Token" }) },
    });
    await of.after(() => of.set({ settings }));
    const good = await of.seen();
    const field = element.getByLabel(label, { exact: true }).nth(value === "Contents" ? 1 : 0);
    // Some are in parts that are closed.
    await field.evaluate((input, text) => {
      input.value = text;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }, value);
    await element.getByText("Out of date").waitFor();
    const message = refusal(form, { service: settings.service, ...options }).replace(/^(?:[\w.]+: )*/u, "");
    assert.equal(await field.getAttribute("aria-invalid"), "true", label);
    assert.ok(await field.isVisible(), label);
    const told = await field.evaluate((input) => {
      const id = (input.getAttribute("aria-describedby") ?? "").split(" ")[0];
      return input.getRootNode().getElementById(id)?.textContent;
    });
    assert.equal(told, `${message.slice(0, 1).toUpperCase()}${message.slice(1)}.`, label);
    assert.equal(await of.seen(), good, label);
    assert.ok(
      await element
        .getByRole("button", { name: /^Download|^Copy/u })
        .first()
        .isDisabled(),
    );
    assert.deepEqual(await of.page.evaluate(() => document.querySelector("pqrun-connector")?.files), []);
    await element.getByRole("button", { name: "Go to the field" }).click();
    assert.ok(await field.evaluate((input) => input.matches(":focus")), label);
  }
  assert.deepEqual(of.problems, []);
});

test("what can't be said as an option is refused where it was typed", async (t) => {
  const of = await opened(t);
  const { element } = of;
  await of.after(() => of.set({ settings: { ...fabric, parameters: { p: 1 } } }));
  const value = element.getByLabel(/^(?:Value|M parameter) of parameter 1$/u);
  const type = element.getByLabel("Type of parameter 1");
  for (const [as, text, told] of [
    ["number", "12a", "Expected a number"],
    ["number", "9007199254740993", "as text it keeps them"],
    ["logical", "yes", "Expected true or false"],
    ["any", "{", "Expected JSON"],
    ["any", "[9007199254740993]", "as text it keeps them"],
    ["parameter", " ", "Expected the name of a query"],
  ]) {
    await type.selectOption(as);
    await value.fill(text);
    await element.getByText(told).first().waitFor();
    assert.equal(await value.getAttribute("aria-invalid"), "true", text);
  }
  await type.selectOption("text");
  await element.getByText("Out of date").waitFor({ state: "detached" });
  await element.getByRole("button", { name: "Add a parameter" }).click();
  await of.page.keyboard.type("p");
  await element.getByText("given twice").first().waitFor();
  await element.getByRole("button", { name: "Remove parameter 2" }).click();
  await element.getByText("Out of date").waitFor({ state: "detached" });
  await element.getByLabel("Other members of the start").evaluate((area) => {
    area.value = "[]";
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await element.getByText("Expected an object").first().waitFor();
  assert.deepEqual(of.problems, []);
});

test("hostile text stays a literal in every option, byte for byte as in Node", async (t) => {
  const of = await opened(t);
  await of.ready();
  const oneLine = HOSTILE;
  const twoLines = `${HOSTILE}\r\n${HOSTILE}`;
  const name = HOSTILE.replace(/\p{Cc}/gu, "");
  const choices = { taskKey: twoLines, outputPath: '$["\\"#(lf)"]', freshness: "1h", inspect: true };
  for (const [form, options] of /** @type {const} */ ([
    [
      "query",
      {
        service: "databricks",
        hostParameter: name,
        tokenParameter: `t ${name}`,
        job: {
          jobId: "1",
          sqlParams: { [oneLine]: twoLines, __proto__x: name },
          only: ["+a"],
          performanceTarget: "STANDARD",
        },
        ...choices,
      },
    ],
    [
      "query",
      {
        service: "fabric",
        host: "https://api.fabric.microsoft.com",
        servicePrincipal: { tenantId: name.trim(), clientIdParameter: name, clientSecretParameter: `s ${name}` },
        jobs: [
          {
            name: twoLines,
            workspaceId: WORKSPACE,
            itemId: ITEM,
            jobType: "Pipeline",
            parameters: { [oneLine]: twoLines, n: 5, t: true },
          },
          {
            name: "two",
            workspaceId: WORKSPACE,
            itemId: ITEM,
            parameters: { j: { [oneLine]: [oneLine] }, m: { $parameter: name } },
          },
        ],
        marker: twoLines,
        ...choices,
      },
    ],
    ["query", { service: "fabric", tokenParameter: "Token", jobsQuery: name }],
    [
      "connector",
      {
        service: "both",
        name: "Orders",
        version: "2.1",
        hosts: [".example.org"],
        jobs: [
          {
            name: "Daily",
            job: { jobId: "1" },
            description: twoLines,
            parameters: [
              { name: oneLine, type: "text", default: twoLines, allowedValues: [oneLine], description: twoLines },
            ],
            columns: [{ name: oneLine, type: "utf8" }],
          },
          {
            name: "Load",
            job: { workspaceId: WORKSPACE, itemId: ITEM },
            parameters: [
              { name: "n", type: "number", default: 1.5 },
              { name: "j", type: "any", default: { a: [oneLine] } },
            ],
          },
        ],
        cancelDuplicates: true,
        ...choices,
      },
    ],
  ])) {
    await of.set({ form });
    await of.after(() => of.set({ options }));
    // The same in another order, which is that of the members in M.
    const made = await of.options();
    assert.deepEqual(made, options);
    const expected = form === "query" ? generateQuery(made) : undefined;
    const files = expected ? undefined : generateConnector(made);
    const document = expected ?? Buffer.from(files?.[0]?.content ?? []).toString();
    assert.equal(await of.file(), document);
    assert.equal(await of.seen(), document.replace(/\r\n/gu, "\n"));
    assert.doesNotMatch(await of.markup(), /<img/u);
  }
  assert.deepEqual(of.problems, []);
});

test("what is typed as a parameter's name, even __proto__, is the member of that name", async (t) => {
  const of = await opened(t);
  await of.after(() => of.set({ settings: databricks }));
  await of.element.getByRole("button", { name: "Add a parameter" }).click();
  await of.page.keyboard.type("__proto__");
  await of.page.keyboard.press("Tab");
  await of.page.keyboard.press("Tab");
  await of.page.keyboard.insertText(HOSTILE);
  const sqlParams = JSON.parse(`{"__proto__": ${JSON.stringify(HOSTILE)}}`);
  await of.element.getByText("More about the start").click();
  await of.after(() => of.element.getByLabel("Parameters are sent as").selectOption("sqlParams"));
  const options = {
    service: "databricks",
    host: HOST,
    tokenParameter: "Token",
    job: { jobId: "880012345678901", sqlParams },
  };
  assert.equal(await of.file(), generateQuery(/** @type {any} */ (options)));
  assert.deepEqual(of.problems, []);
});

test("a run's settings become the options of both forms", async (t) => {
  const of = await opened(t);
  await of.ready();
  const waits = {
    pollInterval: "90s",
    timeout: 1_200_000,
    reuse: { maxAge: 3_600_000, failureMaxAge: "30s" },
    outputPath: "$.rows",
  };
  const choices = {
    pollSeconds: 90,
    pollGrowth: 1,
    maxPollSeconds: 90,
    maxMinutes: 20,
    freshness: "1h",
    failureFreshness: "30s",
    outputPath: "$.rows",
  };
  await of.after(() =>
    of.set({
      settings: {
        ...databricks,
        ...waits,
        jobParameters: { day: "2026-03-01" },
        queue: false,
        only: ["a", "+b"],
        performanceTarget: "STANDARD",
        followPath: true,
        onTimeout: "cancel",
      },
    }),
  );
  const start = { queue: false, only: ["a", "+b"], performanceTarget: "STANDARD" };
  assert.deepEqual(await of.options(), {
    service: "databricks",
    host: HOST,
    tokenParameter: "Token",
    job: { jobId: "880012345678901", ...start, jobParameters: { day: "2026-03-01" } },
    ...choices,
    followPath: true,
  });
  await of.after(() => of.set({ form: "connector" }));
  assert.deepEqual(await of.options(), {
    service: "databricks",
    jobs: [
      {
        name: "Job880012345678901",
        job: { jobId: "880012345678901", ...start },
        parameters: [{ name: "day", type: "text" }],
      },
    ],
    ...choices,
    followPath: true,
  });
  await of.set({ form: "query" });
  await of.after(() =>
    of.set({
      settings: {
        ...fabric,
        jobType: "RunNotebook",
        parameters: { a: "x", b: 5, c: true, d: [1] },
        executionData: { configuration: {} },
        timeout: "30s",
        marker: "m",
        adoptAnyParameters: true,
        cancelDuplicates: true,
      },
    }),
  );
  const more = { executionData: { configuration: {} } };
  const item = { workspaceId: WORKSPACE, itemId: ITEM, jobType: "RunNotebook", ...more };
  const ofFabric = { maxMinutes: 1, adoptAnyParameters: true, marker: "m" };
  assert.deepEqual(await of.options(), {
    service: "fabric",
    tokenParameter: "Token",
    job: { ...item, parameters: { a: "x", b: 5, c: true, d: [1] } },
    ...ofFabric,
  });
  await of.set({ form: "connector" });
  await of.page.waitForFunction(() => Reflect.get(globalThis, "heard").at(-1)?.form === "connector");
  assert.deepEqual(await of.options(), {
    service: "fabric",
    jobs: [
      {
        name: "Item7a93e1d4",
        job: item,
        parameters: [
          { name: "a", type: "text" },
          { name: "b", type: "number" },
          { name: "c", type: "logical" },
          { name: "d", type: "any" },
        ],
      },
    ],
    ...ofFabric,
    cancelDuplicates: true,
  });
  assert.deepEqual(of.problems, []);
});

test("in a connector for both services a job is of the one whose ids it has", async (t) => {
  const of = await opened(t);
  await of.set({ form: "connector" });
  await of.after(() => of.set({ options: { service: "databricks" } }));
  await of.after(() => of.element.getByLabel("Microsoft Fabric").check());
  await of.element.getByLabel("Workspace id").fill(WORKSPACE);
  await of.after(() => of.element.getByLabel("Item id").fill(ITEM));
  await of.element.getByRole("button", { name: "Add a function" }).click();
  await of.after(() => of.element.getByLabel("Both", { exact: true }).check());
  await of.element.getByRole("group", { name: "Function 2" }).getByLabel("Databricks").check();
  await of.after(() => of.element.getByLabel("Job id").fill("42"));
  assert.deepEqual(await of.options(), {
    service: "both",
    jobs: [
      { name: "Item7a93e1d4", job: { workspaceId: WORKSPACE, itemId: ITEM } },
      { name: "Job42", job: { jobId: "42" } },
    ],
  });
  assert.deepEqual(of.problems, []);
});

test("what M has no counterpart of is told, and nothing is made up for it", async (t) => {
  const of = await opened(t);
  const { jobId: _, ...nameless } = databricks;
  await of.after(() => of.set({ settings: { ...nameless, jobName: "orders_daily" } }));
  await of.element.getByText("Power Query looks no names up").waitFor();
  assert.equal((await of.options()).job, undefined);
  await of.after(() => of.set({ settings: { ...fabric, followPath: true } }));
  await of.element.getByText("a credential for OneLake").waitFor();
  assert.equal((await of.options()).followPath, undefined);
  await of.after(() => of.set({ settings: fabric }));
  await of.element.getByText("Not taken over").waitFor({ state: "detached" });
});

test("no secret has a place: not in a field, an option, a file, an event or storage", async (t) => {
  const of = await opened(t);
  await of.ready();
  const secret = "dapi-0123456789-secret";
  for (const form of ["query", "connector"]) {
    for (const settings of [
      {
        ...databricks,
        token: secret,
        credential: { secret },
        jobParameters: { key: secret, day: "1" },
        secretParameters: ["key"],
      },
      { ...fabric, token: secret, parameters: { key: secret, deep: 1 }, secretParameters: ["key"] },
      {
        ...databricks,
        notebookParams: { key: secret },
        sqlParams: { key: secret },
        pipelineParams: { configuration: { key: secret } },
        secretParameters: ["key"],
      },
      { ...fabric, parameters: { key: 1 }, executionData: { conf: [{ key: secret }] }, secretParameters: ["key"] },
    ]) {
      await of.set({ form });
      await of.after(() => of.set({ settings }));
      const files = await of.page.evaluate(() =>
        (document.querySelector("pqrun-connector")?.files ?? [])
          .map(({ content }) => new TextDecoder().decode(content))
          .join(""),
      );
      const values = await of.page.evaluate(() =>
        [...(document.querySelector("pqrun-connector")?.shadowRoot?.querySelectorAll("input, textarea") ?? [])].map(
          (one) => [one.type, one.value],
        ),
      );
      const told = await of.page.evaluate(() =>
        JSON.stringify([Reflect.get(globalThis, "heard"), { ...localStorage }, location.href]),
      );
      const all = JSON.stringify([files, values, told, await of.options(), await of.markup()]);
      assert.ok(!all.includes(secret), `${form} ${settings.service}`);
      assert.ok(!values.some(([type]) => type === "password"));
      if (form === "query") {
        const { job } = await of.options();
        const { key } = job.jobParameters ?? job.notebookParams ?? job.parameters;
        assert.deepEqual(key, { $parameter: "key" });
      }
    }
  }
  const thrown = await of.page.evaluate((token) => {
    try {
      Object.assign(document.querySelector("pqrun-connector") ?? {}, { options: { service: "fabric", token } });
    } catch (error) {
      return String(error);
    }
    return "";
  }, secret);
  assert.match(thrown, /^TypeError: options: expected members of ConnectorOptions, found token$/u);
});

test("typing changes the M at once, marks what changed, and leaves the rest of the document alone", async (t) => {
  const of = await opened(t);
  await of.set({ form: "connector" });
  await of.after(() => of.set({ options: { service: "both", name: "Orders" } }));
  await of.element.getByRole("status").getByText("M updated").waitFor({ state: "attached" });
  await of.page.evaluate(() => {
    const root = document.querySelector("pqrun-connector")?.shadowRoot;
    const status = root?.querySelector("[role=status]");
    Object.assign(globalThis, { blocks: [...(root?.querySelectorAll(".block") ?? [])], said: [] });
    new MutationObserver(() => status?.textContent && Reflect.get(globalThis, "said").push(status.textContent)).observe(
      /** @type {Node} */ (status),
      { characterData: true, childList: true, subtree: true },
    );
  });
  await of.element.getByText("How it waits").click();
  const minutes = of.element.getByLabel("Minutes in all");
  await of.after(() => minutes.pressSequentially("1234", { delay: 20 }));
  await of.page.waitForFunction(() => document.querySelector("pqrun-connector")?.options.maxMinutes === 1234);
  const document_ = Buffer.from(
    generateConnector(/** @type {any} */ ({ service: "both", name: "Orders", maxMinutes: 1234 }))[0]?.content ?? [],
  ).toString();
  await of.page.waitForFunction(
    (text) => new TextDecoder().decode(document.querySelector("pqrun-connector")?.files[0]?.content) === text,
    document_,
  );
  assert.equal(await of.seen(), document_.replace(/\r\n/gu, "\n"));
  const found = await of.page.evaluate(() => {
    const root = document.querySelector("pqrun-connector")?.shadowRoot;
    const blocks = [...(root?.querySelectorAll(".block") ?? [])];
    const before = new Set(Reflect.get(globalThis, "blocks"));
    const code = root?.querySelector(".code");
    const line = root?.querySelector(".changed");
    const box = code?.getBoundingClientRect();
    const at = line?.getBoundingClientRect();
    return {
      kept: blocks.filter((block) => before.has(block)).length / blocks.length,
      blocks: blocks.length,
      lines: root?.querySelectorAll(".line").length,
      coloured: root?.querySelectorAll(".line:has(.token)").length,
      isSeen: box && at && at.top >= box.top && at.bottom <= box.bottom,
      changed: line?.textContent,
    };
  });
  t.diagnostic(JSON.stringify(found));
  assert.match(String(found.changed), /MaxMinutes = 1234/u);
  assert.ok(found.isSeen);
  assert.ok(Number(found.lines) > 6000 && found.kept > 0.8, JSON.stringify(found));
  assert.ok(Number(found.coloured) > 0 && Number(found.coloured) < 700, JSON.stringify(found));
  await of.page.waitForFunction(() => Reflect.get(globalThis, "said").length > 0);
  assert.match((await of.page.evaluate(() => Reflect.get(globalThis, "said"))).join("|"), /^M updated, [\d,]+ lines$/u);
  assert.deepEqual(of.problems, []);
});

test("an address in a text is no comment", async (t) => {
  const of = await opened(t);
  await of.after(() => of.set({ settings: databricks }));
  await of.element.locator(".string").first().waitFor();
  assert.equal(await of.element.locator(".string").first().textContent(), `"${HOST}"`);
  assert.match((await of.element.locator(".comment").first().textContent()) ?? "", /^\/\/ Starts a Databricks job/u);
  assert.equal(await of.element.locator(".keyword").first().textContent(), "let");
});

test("the query and the document are saved as they were generated", async (t) => {
  const of = await opened(t, { context: { acceptDownloads: true } });
  const options = /** @type {const} */ ({
    service: "fabric",
    tokenParameter: "Token",
    job: { workspaceId: WORKSPACE, itemId: ITEM },
  });
  await of.after(() => of.set({ options }));
  await of.after(() => of.element.getByLabel("Name", { exact: true }).fill("Daily"));
  const query = await downloaded(of, "Download .pq");
  assert.equal(query.name, "Daily.pq");
  assert.equal(query.content.toString(), generateQuery(options));
  await of.set({ form: "connector" });
  const both = /** @type {const} */ ({ service: "both", name: "Orders" });
  await of.after(() => of.set({ options: both }));
  await of.page.waitForFunction(() => document.querySelector("pqrun-connector")?.files[0]?.path === "Orders.pq");
  const files = generateConnector(/** @type {any} */ (both));
  const document = await downloaded(of, "Download .pq");
  assert.equal(document.name, "Orders.pq");
  assert.deepEqual(document.content, Buffer.from(files[0]?.content ?? []));
});

test("the .mez is what packConnector gives in Node, and the project has all files", async (t) => {
  const of = await opened(t, { context: { acceptDownloads: true } });
  await of.set({ form: "connector" });
  const options = /** @type {any} */ ({
    service: "databricks",
    name: "Orders",
    jobs: [{ name: "Daily", job: { jobId: "880012345678901" }, columns: [{ name: "id", type: "int64" }] }],
  });
  await of.after(() => of.set({ options }));
  await of.page.waitForFunction(() => document.querySelector("pqrun-connector")?.files[0]?.path === "Orders.pq");
  const files = generateConnector(options);
  const mez = await downloaded(of, "Download .mez");
  assert.equal(mez.name, "Orders.mez");
  assert.deepEqual(mez.content, Buffer.from(packConnector(files)));
  const packed = await unzipped(mez.content);
  assert.ok(Object.keys(packed).includes("Orders.pq") && Object.keys(packed).includes("resources.resx"));
  const project = await downloaded(of, "Project .zip");
  assert.equal(project.name, "Orders.zip");
  const all = await unzipped(project.content);
  assert.deepEqual(all, Object.fromEntries(files.map(({ path, content }) => [path, Buffer.from(content)])));
  assert.deepEqual({ ...all, ...packed }, all);
  assert.deepEqual(of.problems, []);
});

test("columns come from the last result when they are asked for, and the table may be gone by then", async (t) => {
  const of = await opened(t);
  await of.set({ form: "connector", settings: databricks });
  await of.after(async () => {
    await of.page.evaluate(async () => {
      const { Table } = await import(String("/node_modules/pqrun/table.browser.js"));
      const table = Table.read('[{"id": 1, "city": "Ålesund", "at": "2026-01-31T12:00:00Z"}]');
      const element = /** @type {any} */ (document.querySelector("pqrun-connector"));
      element.sample = table;
      await element.updateComplete;
      table.free();
    });
    assert.equal((await of.options()).jobs[0].columns, undefined);
    await of.element.getByRole("button", { name: "Take the 3 columns of the last result" }).click();
  });
  assert.deepEqual((await of.options()).jobs[0].columns, [
    { name: "id", type: "int64" },
    { name: "city", type: "utf8" },
    { name: "at", type: "timestamp" },
  ]);
});

test("the whole text is copied, by whatever way the browser leaves open", async (t) => {
  const of = await opened(t, { context: { permissions: ["clipboard-read", "clipboard-write"] } });
  await of.after(() => of.set({ settings: databricks }));
  const text = (await of.file()).replace(/\r\n/gu, "\n");
  const button = of.element.getByRole("button", { name: "Copy the query" });
  const clipboard = () => of.page.evaluate(() => navigator.clipboard.readText());
  await button.click();
  await of.element.getByText("Copied.").first().waitFor();
  assert.equal((await clipboard()).replace(/\r\n/gu, "\n"), text);
  await of.page.evaluate(() => navigator.clipboard.writeText("other"));
  await of.page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  });
  await button.click();
  await of.page.waitForFunction(async () => (await navigator.clipboard.readText()) !== "other");
  assert.equal((await clipboard()).replace(/\r\n/gu, "\n"), text);
  await of.page.evaluate(() => {
    document.execCommand = () => false;
  });
  await button.click();
  await of.element.getByText("press Ctrl+C").first().waitFor();
  assert.deepEqual(of.problems, []);
});

test("the generator is loaded when the element is seen, and no request leaves the origin", async (t) => {
  /** @type {string[]} */
  const requests = [];
  const of = await opened(t, {
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
  const of = await opened(t, {
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
  const of = await opened(t, {
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
  const of = await opened(t, {
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
  const of = await opened(t, {
    prepare: (page) => page.route("**/*.wasm", (route) => (isThere ? route.continue() : route.abort())),
  });
  await of.element.getByRole("button", { name: "Try again" }).click();
  isThere = true;
  await of.element.getByRole("button", { name: "Reload the page" }).click();
  await of.ready();
});

test("everything can be done with the keyboard", async (t) => {
  const of = await opened(t);
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
    const of = await opened(t, { context: { colorScheme: scheme, reducedMotion: "reduce" } });
    await of.page.evaluate(AXE);
    const check = async (/** @type {string} */ state) => {
      await of.page.evaluate(() => scrollTo(0, 0));
      await shot(of.page, `connector-${state}-${scheme}`);
      const { violations } = await of.page.evaluate(async () => {
        // Thousands of lines like those before them would take axe half a minute: they are out of the way for it.
        const blocks = [...(document.querySelector("pqrun-connector")?.shadowRoot?.querySelectorAll(".block") ?? [])];
        const away = blocks.slice(2).map((block) => {
          const place = document.createComment("");
          block.replaceWith(place);
          return { block, place };
        });
        const found = await Reflect.get(globalThis, "axe").run();
        away.forEach(({ block, place }) => place.replaceWith(block));
        return found;
      });
      assert.deepEqual(
        violations.map((/** @type {any} */ one) => [
          one.id,
          one.nodes.map((/** @type {any} */ { target, failureSummary }) => [target, failureSummary]),
        ]),
        [],
        state,
      );
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
    const of = await opened(t, { context: { colorScheme: scheme, viewport: { width: 360, height: 740 } } });
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
