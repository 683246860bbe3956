/** What the tests of `<pqrun-connector>` share: a page as strict as the one that is served, and how the element is read. */

import { serve, watch } from "./support.mjs";

export const WORKSPACE = "1f0c4b7e-52aa-4c0d-9b7e-0d6f3a1e8c21";
export const ITEM = "7a93e1d4-0f5b-4e0a-8d3c-64b2f9c7a510";
export const HOST = "https://adb-1111222233334444.5.azuredatabricks.net";

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

/** A run's settings, of either service. */
export const databricks = { service: "databricks", host: HOST, jobId: "880012345678901" };
export const fabric = { service: "fabric", workspaceId: WORKSPACE, itemId: ITEM };

/**
 * A page with the element on it.
 *
 * @param {import("node:test").TestContext} t
 * @param {import("playwright-core").Browser} browser
 * @param {object} [how]
 * @param {string} [how.path]
 * @param {import("playwright-core").BrowserContextOptions} [how.context]
 * @param {(page: import("playwright-core").Page) => Promise<unknown>} [how.prepare] Before the page is loaded.
 */
export async function opened(t, browser, { path = "/", context: options = {}, prepare } = {}) {
  const origin = await serve(t, PAGES);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const problems = watch(page);
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
