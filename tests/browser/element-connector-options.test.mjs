/** `<pqrun-connector>`: the options, and what is refused of them. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { generateConnector, generateQuery } from "pqrun/connector";

import { HOST, ITEM, WORKSPACE, databricks, fabric, opened } from "./element-connector.support.mjs";
import { launch } from "./support.mjs";

const browser = await launch();

/** What would end a literal, begin a comment or an escape, or be markup. */
const HOSTILE = `"&#(lf)""#(#)//*/ ]in each #shared <img src=x onerror=alert(1)> \${x} é😀\u202e\u0085 $parameter`;

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

test("what the generator refuses stands at the field that it names, and the last good M stays, marked as out of date", async (t) => {
  const of = await opened(t, browser);
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
  const of = await opened(t, browser);
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
  const of = await opened(t, browser);
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
  const of = await opened(t, browser);
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
  const of = await opened(t, browser);
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
  const of = await opened(t, browser);
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
  const of = await opened(t, browser);
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
  const of = await opened(t, browser);
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

test("columns come from the last result when they are asked for, and the table may be gone by then", async (t) => {
  const of = await opened(t, browser);
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
