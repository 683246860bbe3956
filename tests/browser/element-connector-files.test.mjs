/** `<pqrun-connector>`: the M and the files, copied and saved. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { generateConnector, generateQuery, packConnector } from "pqrun/connector";
import yauzl from "yauzl";

import { HOST, ITEM, WORKSPACE, databricks, fabric, opened } from "./element-connector.support.mjs";
import { copiedLines, launch, shot } from "./support.mjs";

const browser = await launch();

/**
 * What a download holds.
 *
 * @param {import("./element-connector.support.mjs").Opened} of
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

test("typing changes the M at once, marks what changed, and leaves the rest of the document alone", async (t) => {
  const of = await opened(t, browser);
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
  const of = await opened(t, browser);
  await of.after(() => of.set({ settings: databricks }));
  await of.element.locator(".string").first().waitFor();
  assert.equal(await of.element.locator(".string").first().textContent(), `"${HOST}"`);
  assert.match((await of.element.locator(".comment").first().textContent()) ?? "", /^\/\/ Starts a Databricks job/u);
  assert.equal(await of.element.locator(".keyword").first().textContent(), "let");
});

test("the query and the document are saved as they were generated", async (t) => {
  const of = await opened(t, browser, { context: { acceptDownloads: true } });
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
  const of = await opened(t, browser, { context: { acceptDownloads: true } });
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

test("the whole text is copied, by whatever way the browser leaves open", async (t) => {
  const of = await opened(t, browser, { context: { permissions: ["clipboard-read", "clipboard-write"] } });
  await of.after(() => of.set({ settings: databricks }));
  const text = (await of.file()).replace(/\r\n/gu, "\n");
  const button = of.element.getByRole("button", { name: "Copy the query" });
  await button.click();
  await of.element.getByText("Copied.").first().waitFor();
  await copiedLines(of.page, text);
  await of.page.evaluate(() => navigator.clipboard.writeText("other"));
  await of.page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  });
  await button.click();
  await copiedLines(of.page, text);
  await of.page.evaluate(() => {
    document.execCommand = () => false;
  });
  await button.click();
  await of.element.getByText("press Ctrl+C").first().waitFor();
  assert.deepEqual(of.problems, []);
});

test("a download that fails is told where the copy's failure is, and no longer once another one is made", async (t) => {
  const of = await opened(t, browser, {
    prepare: (page) =>
      page.route("**/vendor/zip.js", (route) =>
        route.fulfill({
          contentType: "text/javascript",
          body: "export const zipSync = () => { throw new RangeError('no room'); };",
        }),
      ),
  });
  await of.after(() => of.set({ form: "connector", settings: databricks }));
  for (const [label, kind] of [
    ["Download .mez", "mez"],
    ["Project .zip", "zip"],
  ]) {
    await of.element.getByRole("button", { name: label }).click();
    const told = await of.element.locator(".said").getByText(`.${kind} could not be made: no room`).innerText();
    assert.equal(await of.element.getByRole("status").innerText(), told);
  }
  await shot(of.page, "connector-download-failed");
  await downloaded(of, "Download .pq");
  assert.equal(await of.element.locator(".said").count(), 0);
  assert.deepEqual(of.problems, []);
});
